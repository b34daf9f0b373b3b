import { existsSync, readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { GroundworkError } from "../infra/error";
import { root } from "./programs";

/** Where the files Pulumi.<environment>.yaml stand: the root; tests bring their own, so that a user's files don't matter. */
export const environmentsFolder = process.env.GROUNDWORK_ENVIRONMENTS ?? root;

/** What the CLI itself reads and writes at the top of an environment's file, beside `config`. */
const topLevel = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"];

/** An environment's file. */
interface EnvironmentFile {
  readonly file: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Whether some values are secrets, or come from Pulumi ESC: then only the CLI can read them. */
  readonly needsCli: boolean;
}

/** The environment of a stack's name: `dev` of `dev`, of `acme/dev` and of `acme/networking/dev`. */
export function environmentOf(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** The names of all environments. */
export function environments(folder = environmentsFolder): string[] {
  return readdirSync(folder).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/**
 * The config of an environment, from `Pulumi.<environment>.yaml`, in the form that the CLI hands to a program: each
 * key with its namespace, each value as text, what isn't text as JSON.
 *
 * @param stack the environment's name, with or without the organization in front of it
 * @throws GroundworkError where there is no such file, or something in it that the CLI would pass over in silence
 */
export function readStackConfig(stack: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(readEnvironmentFile(stack).config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** @throws GroundworkError as `readStackConfig` does */
export function readEnvironmentFile(stack: string, folder = environmentsFolder): EnvironmentFile {
  const environment = environmentOf(stack);
  const name = `Pulumi.${environment}.yaml`;
  const file = path.join(folder, name);
  if (!/^([A-Za-z0-9][A-Za-z0-9_.-]*\/)?[A-Za-z0-9_.-]+$/.test(stack) || !existsSync(file)) {
    throw new GroundworkError(
      `There is no environment ${environment}: the environments are ${environments(folder).join(", ")} (one Pulumi.<name>.yaml each). ` +
        `If pulumi stack rm took the file away, git checkout -- ${name} brings it back: npm run destroy -- --remove leaves it`,
    );
  }
  const top = (parseYaml(name, readFileSync(file, "utf8")) ?? {}) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(top).filter((key) => !topLevel.includes(key));
  if (unknown.length > 0) {
    throw new GroundworkError(
      `${name}: ${unknown.join(", ")} stands outside of config: and would be ignored: indent it below config:`,
    );
  }
  const { config, environment: esc } = top;
  const values = (config ?? {}) as Readonly<Record<string, unknown>>;
  return { file, config: values, needsCli: esc !== undefined || Object.values(values).some(isSecret) };
}

/** @throws GroundworkError that names the file and the line */
export function parseYaml(name: string, text: string): unknown {
  try {
    return YAML.parse(text);
  } catch (error) {
    throw new GroundworkError(`${name} is not YAML: ${(error as Error).message}`);
  }
}

/** `secure: …` as the CLI writes a secret value, at whatever depth. */
function isSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "secure" in value || Object.values(value).some(isSecret);
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { GroundworkError } from "../infra/error";

/** The root of the checkout. */
export const root = path.join(__dirname, "..");

/** A Pulumi project: its name, and the folder that its program runs in. */
export interface Program {
  readonly project: string;
  readonly dir: string;
  /** The projects whose outputs it reads. */
  readonly reads: readonly string[];
}

/** All five, each after those whose outputs it reads. */
export const programs: readonly Program[] = [
  stackProgram("networking"),
  stackProgram("database", "networking"),
  stackProgram("auth"),
  stackProgram("ingest", "networking", "database"),
  { project: "groundwork", dir: root, reads: ["networking", "database", "auth", "ingest"] },
];

function stackProgram(project: string, ...reads: string[]): Program {
  return { project, dir: path.join(root, "stacks", project), reads };
}

/**
 * The config of an environment, from `Pulumi.<stack>.yaml`, in the form that the CLI hands to a program: each
 * key with its namespace, each value as text, what isn't text as JSON.
 */
export function readStackConfig(stack: string): Record<string, string> {
  const file = path.join(root, `Pulumi.${stack}.yaml`);
  if (!/^[A-Za-z0-9_.-]+$/.test(stack) || !existsSync(file)) {
    throw new GroundworkError(
      `There is no environment ${stack}: the environments are ${environments().join(", ")} (one Pulumi.<name>.yaml each)`,
    );
  }
  let parsed: unknown;
  try {
    parsed = YAML.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new GroundworkError(`${path.basename(file)} is not YAML: ${(error as Error).message}`);
  }
  const config = (parsed as { config?: Record<string, unknown> } | null)?.config ?? {};
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function environments(): string[] {
  return readdirSync(root).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { nameOf } from "../../scripts/shared/stackState";

/** A resource as AWS would have it, whatever the state says. */
export interface Made {
  readonly urn: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Where a provider's process finds the folder. */
export const cloudFolder = "GROUNDWORK_ENGINE_CLOUD";

/** What stands for AWS: a file a resource, which outlives the provider that made it. */
export class Cloud {
  constructor(private readonly dir: string) {
    mkdirSync(dir, { recursive: true });
  }

  static ofThisProcess(): Cloud {
    const dir = process.env[cloudFolder];
    if (dir === undefined) throw new Error(`${cloudFolder} has to name a folder`);
    return new Cloud(dir);
  }

  put(made: Made): void {
    const file = this.file(made.urn, made.id);
    writeFileSync(`${file}.part`, JSON.stringify(made));
    renameSync(`${file}.part`, file); // whole, or not there
  }

  get(urn: string, id: string): Made | undefined {
    const file = this.file(urn, id);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Made) : undefined;
  }

  remove(urn: string, id: string): void {
    rmSync(this.file(urn, id), { force: true });
  }

  all(): Made[] {
    const files = readdirSync(this.dir).filter((name) => !name.endsWith(".part"));
    return files.map((name) => JSON.parse(readFileSync(path.join(this.dir, name), "utf8")) as Made);
  }

  /** What there is of an environment: `rds.Instance demo-db`, … */
  namesOf(stack: string): string[] {
    const own = this.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`));
    return own.map(nameOfMade).sort();
  }

  /** The one resource whose URN has all these parts. */
  only(...parts: readonly string[]): Made {
    const found = this.all().filter(({ urn }) => parts.every((part) => urn.includes(part)));
    if (found.length !== 1 || !found[0])
      throw new Error(`${found.length} resources have ${parts.join(", ")} in their URN`);
    return found[0];
  }

  /** Changes a resource behind Pulumi's back, as a hand in AWS's console does. */
  change(properties: Readonly<Record<string, unknown>>, ...parts: readonly string[]): void {
    const found = this.only(...parts);
    this.put({ ...found, properties: { ...found.properties, ...properties } });
  }

  private file(urn: string, id: string): string {
    return path.join(this.dir, createHash("sha256").update(`${urn} ${id}`).digest("hex"));
  }
}

export function nameOfMade({ urn }: Pick<Made, "urn">): string {
  return nameOf({ urn, type: urn.split("::")[2]?.split("$").at(-1) ?? "" });
}

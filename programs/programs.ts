import * as path from "node:path";

/** The root of the checkout. */
export const root = path.join(__dirname, "..");

/** A Pulumi project: its name, and the folder that its program runs in. */
export interface Program {
  readonly project: string;
  readonly dir: string;
  /** The projects whose outputs it reads. */
  readonly reads: readonly string[];
  /** The config key that, false, lets it do without them. */
  readonly readsIf?: string;
}

/** All five, each after those whose outputs it reads. */
export const programs: readonly Program[] = [
  stackProgram("networking"),
  stackProgram("database", "networking"),
  { ...stackProgram("auth", "networking", "database"), readsIf: "auth:databaseRoutes" },
  stackProgram("ingest", "networking", "database"),
  { project: "groundwork", dir: root, reads: ["networking", "database", "auth", "ingest"] },
];

/** What gives GitHub's workflows their roles: a project of its own, which no environment has. */
export const githubProgram: Program = { project: "github", dir: path.join(root, "github"), reads: [] };

function stackProgram(project: string, ...reads: string[]): Program {
  return { project, dir: path.join(root, "stacks", project), reads };
}

/** Whether a program reads a project's outputs, in an environment of this config. */
export function readsFrom(
  { reads, readsIf }: Program,
  project: string,
  config: Readonly<Record<string, string>>,
): boolean {
  return reads.includes(project) && (readsIf === undefined || config[readsIf] !== "false");
}

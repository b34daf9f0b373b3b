import { stripVTControlCharacters } from "node:util";
import { GroundworkError } from "../../infra/error";
import type { Program } from "../../local/programs";
import { runCli } from "./cli";
import { explain } from "./explain";
import { type Action, type CliOptions, cliArguments, resumeCommand } from "./plan";
import { missingUpstreams } from "./preflight";

interface Run extends CliOptions {
  readonly action: Action;
  readonly stack: string;
  readonly projects: readonly Program[];
  readonly stop: AbortSignal;
  /** Told of each project when it is done with. */
  readonly report: (done: Done) => void;
}

export interface Done {
  readonly project: string;
  /** As the CLI counts them: `3 created, 1 updated`. */
  readonly changes: string;
  readonly milliseconds: number;
  /** Why there is nothing to say of it; undefined where there is. */
  readonly leftOut?: string;
}

/** What stands for the changes of a project that has none. */
const noChange = "no change";

/**
 * Runs an action over the projects, one after the other, with the CLI's output shown as it comes. A preview leaves
 * out projects that read what isn't deployed yet.
 *
 * @throws GroundworkError at the first project that fails, with the reason where it is a known one, and the
 *   command that goes on; for `refresh --preview-only` at the end, where anything has drifted
 */
export async function runStacks(run: Run): Promise<void> {
  const { action, stack, projects, stop, report } = run;
  if (action === "deploy") await requireUpstreams(run);
  const drifted: string[] = [];
  for (const program of projects) {
    const { project } = program;
    stop.throwIfAborted();
    process.stdout.write(`\n${project} (${stack})\n`);
    const [leftOut] = action === "preview" ? await missingUpstreams(program, [], run) : [];
    if (leftOut !== undefined) {
      process.stdout.write(`left out: ${leftOut}\n`);
      report({ project, changes: "left out", milliseconds: 0, leftOut });
      continue;
    }
    const done = await runOne(run, program);
    report(done);
    if (run.previewOnly && done.changes !== noChange) drifted.push(`${project} (${done.changes})`);
  }
  if (drifted.length > 0) throw new GroundworkError(driftOf(stack, drifted));
}

async function requireUpstreams(run: Run): Promise<void> {
  const missing: string[] = [];
  for (const [index, program] of run.projects.entries()) {
    const coming = run.projects.slice(0, index).map(({ project }) => project);
    missing.push(...(await missingUpstreams(program, coming, run)));
  }
  if (missing.length > 0) throw GroundworkError.all("Nothing was touched", missing);
}

async function runOne(run: Run, { project, dir }: Program): Promise<Done> {
  const { action, stack, projects, stop } = run;
  const started = Date.now();
  const { code, output } = await runCli("pulumi", cliArguments(action, stack, run), {
    cwd: dir,
    stop,
    shown: true,
  });
  stop.throwIfAborted();
  if (code !== 0) {
    const reason = explain(output, { project, stack }) ?? "see the lines of Pulumi above";
    const resume = resumeCommand(action, stack, projects, project);
    throw new GroundworkError(`${project} failed: ${reason}. Then go on with ${resume}`);
  }
  return { project, changes: countChanges(output), milliseconds: Date.now() - started };
}

function driftOf(stack: string, drifted: readonly string[]): string {
  return (
    `${stack} is not what was deployed: ${drifted.join(", ")}. Put it back with npm run deploy -- --stack ${stack}, ` +
    `or take it over with npm run refresh -- --stack ${stack} and change the program`
  );
}

/** `+ 3 created`, `~ 1 to update`, `+-2 replaced` of the CLI's last lines, as one line. */
export function countChanges(output: string): string {
  const counts = [
    ...stripVTControlCharacters(output).matchAll(/^\s+(?:\+|~|-|\+-|-\+)\s?(\d+ (?:to )?[a-z]+)$/gm),
  ];
  return counts.map(([, count]) => count).join(", ") || noChange;
}

import { setTimeout as sleep } from "node:timers/promises";
import { GroundworkError } from "../../infra/error";
import type { Program } from "../../programs/programs";
import { type PulumiResult, runPulumi } from "../shared/pulumi";
import { explain, sleepingFunction } from "../shared/explain";
import { type Action, asksBefore, type Confirmation, cliArguments, resumeCommand } from "./plan";
import { readUpstreams, requireUpstreams } from "./upstreams";

interface Run extends Confirmation {
  readonly action: Action;
  readonly stack: string;
  readonly projects: readonly Program[];
  readonly stop: AbortSignal;
  /** Told of each project when it is done with. */
  readonly report: (done: Done) => void;
  /** Milliseconds after which a function that wakes up is called again. Default 30000. */
  readonly wakeDelay?: number;
}

export interface Done {
  readonly project: string;
  /** As the CLI counts them: `3 created, 1 updated`; or that it failed or was stopped. */
  readonly changes: string;
  readonly milliseconds: number;
  /** Why there is nothing to say of it; undefined where there is. */
  readonly leftOut?: string;
}

/** Waking up takes a minute or two. */
const wakeTries = 6;

/** Projects whose functions are in the VPC. */
const inVpc: readonly string[] = ["ingest", "database"];

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html and what the provider waits for at most. */
const waitsForInterfaces =
  "Its functions are in the VPC. Once they are deleted, Lambda gives up their network interfaces in 20 to 45 minutes, and\n" +
  "their security groups wait for that: nothing hangs.\n";

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
  if (action === "deploy") await requireUpstreams(projects, run);
  const drifted: string[] = [];
  for (const program of projects) {
    const { project } = program;
    stop.throwIfAborted();
    process.stdout.write(`\n${project} (${stack})\n`);
    if (action === "destroy" && inVpc.includes(project)) process.stdout.write(waitsForInterfaces);
    const [leftOut] = action === "preview" ? (await readUpstreams(program, [], run)).missing : [];
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

async function runOne(run: Run, { project, dir }: Program): Promise<Done> {
  const { action, stack, projects, stop } = run;
  const started = Date.now();
  const asks = asksBefore(action, run);
  const colors = process.stdout.isTTY ? ["--color", "always"] : [];
  const args = cliArguments(action, stack, run);
  const carryOut = (): Promise<PulumiResult> =>
    asks
      ? runPulumi(args, { cwd: dir, stop, output: "terminal" })
      : runPulumi([...args, ...colors], { cwd: dir, stop, output: "shown" });
  let { code, output } = await carryOut();
  for (let left = wakeTries; left > 0 && code !== 0 && sleepingFunction.test(output); left -= 1) {
    process.stdout.write("Lambda wakes the function up, which nobody called for weeks: trying again\n");
    await sleep(run.wakeDelay ?? 30_000, undefined, { signal: stop }).catch(() => undefined);
    if (!stop.aborted) ({ code, output } = await carryOut());
  }
  const resume = resumeCommand(action, stack, projects, project);
  const milliseconds = Date.now() - started;
  if (stop.aborted) {
    run.report({ project, changes: "stopped", milliseconds });
    process.stderr.write(`${project} was stopped: go on with ${resume}\n`);
    stop.throwIfAborted();
  }
  if (code !== 0) {
    run.report({ project, changes: "failed", milliseconds });
    const reason = explain(output, { project, stack }) ?? "see the lines of Pulumi above";
    throw new GroundworkError(`${project} failed: ${reason}. Then go on with ${resume}`);
  }
  const changes = asks ? await lastChanges(dir, run) : countChanges(output);
  return { project, changes, milliseconds };
}

/** What the backend says that the last update did: the output of a command with a terminal of its own isn't known. */
async function lastChanges(dir: string, { stack, stop }: Run): Promise<string> {
  const args = ["stack", "history", "--json", "--page-size", "1", "--stack", stack];
  const { stdout } = await runPulumi(args, { cwd: dir, stop });
  const [last] = JSON.parse(stdout) as { resourceChanges?: Record<string, number> }[];
  const counts = Object.entries(last?.resourceChanges ?? {}).filter(([operation]) => operation !== "same");
  return counts.map(([operation, count]) => `${count} ${operation}d`).join(", ") || noChange;
}

function driftOf(stack: string, drifted: readonly string[]): string {
  return (
    `${stack} is not what was deployed: ${drifted.join(", ")}. Put it back with npm run deploy -- --stack ${stack}, ` +
    `or take it over with npm run refresh -- --stack ${stack} and change the program`
  );
}

/** `+ 3 created`, `~ 1 to update`, `+-2 replaced` of the CLI's last lines, as one line: of what it did, if it did. */
export function countChanges(output: string): string {
  const last = output.slice(output.lastIndexOf("\nResources:") + 1);
  const counts = last.matchAll(/^\s+(?:\+|~|-|\+-|-\+)\s?(\d+ (?:to )?[a-z]+)$/gm);
  return [...counts].map(([, count]) => count).join(", ") || noChange;
}

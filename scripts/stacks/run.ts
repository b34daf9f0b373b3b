import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GroundworkError } from "../../infra/error";
import type { Program } from "../../programs/programs";
import { explain, sleepingFunction } from "../shared/explain";
import { type PulumiResult, runPulumi } from "../shared/pulumi";
import { nameOf } from "../shared/stackState";
import { type Change, type EngineEvents, countChanges, readEvents } from "./events";
import { type Action, type Manner, asksBefore, cliArguments, planFile, resumeCommand } from "./plan";
import type { States } from "./states";
import { type StackConfig, readUpstreams, requireUpstreams } from "./upstreams";
import { settlePending } from "./pending";
import { withWorkFiles } from "./workFiles";

interface Run {
  readonly action: Action;
  readonly projects: readonly Program[];
  readonly config: StackConfig;
  readonly states: States;
  readonly manner: Manner;
  /** Told of each project when it is done with. */
  readonly report: (done: Done) => void;
  /** Milliseconds after which a function that wakes up is called again. Default 30000. */
  readonly wakeDelay?: number;
}

export interface Done {
  readonly project: string;
  /** `3 created, 1 updated`; or that it failed or was stopped. */
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

/**
 * Runs an action over the projects, one after the other, with the CLI's output shown as it comes. A preview leaves
 * out projects that read what isn't deployed yet, and a deployment by plans what has none.
 *
 * @throws GroundworkError at the first project that fails, with the reason where it is a known one, and the
 *   command that goes on; for `refresh --preview-only` at the end, where anything has drifted
 */
export async function runStacks(run: Run): Promise<void> {
  const { action, projects, config, states, manner, report } = run;
  const { stack, stop } = states;
  if (action === "deploy") await requireUpstreams(projects, config, states);
  if (action === "preview" && manner.plans) mkdirSync(manner.plans, { recursive: true });
  const drifted: string[] = [];
  const unplanned: string[] = [];
  for (const program of projects) {
    const { project } = program;
    stop.throwIfAborted();
    process.stdout.write(`\n${project} (${stack})\n`);
    if (action === "destroy" && inVpc.includes(project)) process.stdout.write(waitsForInterfaces);
    const leftOut = await reasonToLeaveOut(run, program);
    if (leftOut !== undefined) {
      process.stdout.write(`left out: ${leftOut}\n`);
      report({ project, changes: "left out", milliseconds: 0, leftOut });
      if (action === "deploy") unplanned.push(project);
      continue;
    }
    const started = Date.now();
    const done = (changes: string): void => report({ project, changes, milliseconds: Date.now() - started });
    try {
      const { changes, events } = await runOne(run, program);
      done(changes);
      if (manner.previewOnly) drifted.push(...events.map((change) => driftSentence(project, change)));
    } catch (error) {
      done(stop.aborted ? "stopped" : "failed");
      throw error;
    }
  }
  if (drifted.length > 0) throw new GroundworkError(driftOf(stack, drifted));
  if (unplanned.length > 0) {
    throw new GroundworkError(
      `The plans are carried out; ${unplanned.join(", ")} had none, because they read what wasn't deployed when they ` +
        "were made: make plans again, and deploy those",
    );
  }
}

async function reasonToLeaveOut(
  { action, config, states, manner }: Run,
  program: Program,
): Promise<string | undefined> {
  if (action === "preview") return (await readUpstreams(program, [], config, states)).missing[0];
  if (action === "destroy" && (await states.of(program.project)).kind === "absent")
    return "its stack is not there";
  if (action === "init" && (await states.of(program.project)).kind === "there")
    return "its stack is there already";
  return manner.plans === undefined || existsSync(planFile(manner.plans, program.project))
    ? undefined
    : `there is no plan of it in ${manner.plans}`;
}

async function runOne(run: Run, program: Program): Promise<{ changes: string; events: readonly Change[] }> {
  const { action, projects, states } = run;
  const { stack, stop } = states;
  const { code, output, events, isUnsettled = false } = await startCli(run, program);
  const pending = await pendingLeft(run, program, isUnsettled);
  const manner = { ...run.manner, ...(pending && { pending }) };
  const resume = resumeCommand(action, stack, projects, program.project, manner);
  if (stop.aborted) {
    process.stderr.write(`${program.project} was stopped: go on with ${resume}\n`);
    stop.throwIfAborted();
  }
  if (code !== 0) {
    const failed = { project: program.project, stack };
    const reason =
      explain(`${events.errors}\n${output}`, failed) ?? declined(run) ?? "see the lines of Pulumi above";
    throw new GroundworkError(`${program.project} failed: ${reason}. Then go on with ${resume}`);
  }
  return { changes: action === "init" ? "made" : countChanges(events), events: events.changes };
}

/** What `--pending` says of what isn't settled yet: of what is, it would be refused. */
async function pendingLeft(
  { projects, states, manner: { pending } }: Run,
  program: Program,
  isUnsettled: boolean,
): Promise<Manner["pending"]> {
  if (!pending) return undefined;
  const open = new Set<string>();
  for (const { project } of projects.slice(projects.indexOf(program) + (isUnsettled ? 0 : 1))) {
    const state = await states.of(project);
    if (state.kind === "there") for (const { resource } of state.pending) open.add(nameOf(resource));
  }
  return Object.fromEntries(Object.entries(pending).filter(([name]) => open.has(name)));
}

/** The CLI of a terminal of its own ends so without an error. */
function declined({ action, manner }: Run): string | undefined {
  return asksBefore(action, manner)
    ? "it was declined, or Pulumi's lines above say why it failed"
    : undefined;
}

async function startCli(
  { action, states, manner, wakeDelay = 30_000 }: Run,
  { project, dir: home }: Program,
): Promise<{ code: number | null; output: string; events: EngineEvents; isUnsettled?: true }> {
  const { stack, stop } = states;
  return withWorkFiles(stack, async (files) => {
    const start = async (cwd: string, args: readonly string[], asks = false) => {
      const colors = process.stdout.isTTY ? ["--color", "always"] : [];
      const carryOut = (): Promise<PulumiResult> =>
        asks
          ? runPulumi(args, { cwd, stop, output: "terminal" })
          : runPulumi([...args, "--non-interactive", ...colors], { cwd, stop, output: "shown" });
      const result = await whileItSleeps(carryOut, wakeDelay, stop);
      return { ...result, events: readEvents(files.events) };
    };
    switch (action) {
      case "init": {
        const { secretsProvider } = manner;
        writeFileSync(path.join(files.dir, "Pulumi.yaml"), withoutConfigFolder(home));
        const provider = secretsProvider === undefined ? [] : ["--secrets-provider", secretsProvider];
        return start(files.dir, ["stack", "init", stack, "--no-select", ...provider]);
      }
      case "outputs":
        return start(home, ["stack", "output", "--stack", stack]);
      case "destroy": {
        const destroyed = await start(home, cliArguments(action, { stack, project }, manner, files));
        if (destroyed.code !== 0 || !manner.remove) return destroyed;
        // Without --preserve-config it takes away the file that all five read.
        const removed = await start(home, ["stack", "rm", "--stack", stack, "--yes", "--preserve-config"]);
        return { ...removed, events: destroyed.events };
      }
      case "refresh": {
        const { pending } = manner;
        const settled = pending && (await settlePending({ stack, home, stop, pending }, files.dir));
        if (settled && settled.code !== 0) {
          // Unlike the engine's it wasn't shown as it came: the state has secrets.
          process.stderr.write(settled.output);
          return { ...settled, events: readEvents(files.events), isUnsettled: true };
        }
        const args = cliArguments(action, { stack, project }, manner, files);
        return start(home, args, asksBefore(action, manner));
      }
      case "preview":
      case "deploy": {
        const args = cliArguments(action, { stack, project }, manner, files);
        return start(home, args, asksBefore(action, manner));
      }
    }
  });
}

/** Lambda wakes a function that nobody called for weeks by the call that it refuses. */
async function whileItSleeps(
  carryOut: () => Promise<PulumiResult>,
  delay: number,
  stop: AbortSignal,
): Promise<PulumiResult> {
  let result = await carryOut();
  for (let left = wakeTries; left > 0 && result.code !== 0 && sleepingFunction.test(result.output); left--) {
    process.stdout.write("Lambda wakes the function up, which nobody called for weeks: trying again\n");
    await sleep(delay, undefined, { signal: stop });
    result = await carryOut();
  }
  return result;
}

/** A project's file for a folder of its own, where the CLI may write the salt of its secrets. */
function withoutConfigFolder(home: string): string {
  return readFileSync(path.join(home, "Pulumi.yaml"), "utf8").replace(/^stackConfigDir:.*$/m, "");
}

function driftSentence(project: string, { operation, resource, properties }: Change): string {
  const what =
    operation === "delete"
      ? "is gone"
      : `differs${properties.length > 0 ? ` (${properties.join(", ")})` : ""}`;
  return `${project}: ${resource} ${what}`;
}

function driftOf(stack: string, drifted: readonly string[]): string {
  return (
    `${stack} is not what was deployed:\n${drifted.map((line) => `  - ${line}\n`).join("")}` +
    `Put it back with npm run deploy -- --stack ${stack} --refresh, ` +
    `or take it over with npm run refresh -- --stack ${stack} and change the program`
  );
}

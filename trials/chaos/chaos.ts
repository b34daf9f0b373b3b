import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobsAnswers } from "../../functions/jobs/request";
import type { Environment } from "../../local/environment";
import { randomNumbers, writeSample } from "../sample/sample";
import { type Expected, differences, times } from "../verify/verify";
import { type Faults, breakServices, noFaults } from "./faults";
import { Files } from "./files";
import { type WrittenForm, german, writeForms } from "./forms";
import { ProcessFaults } from "./processFaults";
import { type SpellName, castSpell, spellNames } from "./spells";
import { ChaosTarget } from "./target";

/** How one trial went. */
export interface Trial {
  readonly seed: number;
  readonly form: string;
  /** What lasted for a while. */
  readonly spell: SpellName;
  readonly faults: Faults;
  /** How often the sweeper had to be called until the job was done. */
  readonly sweeps: number;
  /** What isn't exact, in words; none when the trial held. */
  readonly problems: string[];
}

/** Config for an environment of trials: many chunks and hops in a small file, and a quick end of a hop. */
export const chaosConfig: Readonly<Record<string, string>> = {
  "ingest:chunkBytes": String(128 * 1024),
  "ingest:timeout": "4",
  "ingest:handOverReserveMs": "2500",
  "ingest:maxRejects": "100000",
};

/** A trial ends with a problem when the job isn't done after so long. */
const patienceMs = 120_000;

/** Loads a file again and again through the packaged function while everything around it breaks. */
export class Chaos {
  private number = 0;

  private constructor(
    private readonly target: ChaosTarget,
    private readonly forms: readonly WrittenForm[],
  ) {}

  /** @param file of `records`, in UTF-8; its other forms are written beside it */
  static async start(environment: Environment, file: string, config = chaosConfig): Promise<Chaos> {
    const target = await ChaosTarget.start(environment, config, german);
    return new Chaos(target, await writeForms(await target.connection(), file));
  }

  close(): Promise<void> {
    return this.target.close();
  }

  /**
   * Loads of so many files at once, and of one more that comes in the middle, with faults drawn from the seed; what they
   * strike depends on the machine's pace as well.
   */
  async trial(seed: number, stop: AbortSignal, count = 1): Promise<Trial> {
    const { target } = this;
    const name = spellNames[seed % spellNames.length]!;
    // So that each form meets each spell.
    const turn = seed + Math.floor(seed / spellNames.length);
    const { form, table, content, expected } = this.forms[turn % this.forms.length]!;
    const faults = noFaults();
    const draw = randomNumbers(seed);
    const files = new Files(target, `${table.files.prefix}trial-${++this.number}`, content);
    const running = new AbortController();
    const disarm = breakServices(target, content.length, draw, faults);
    await target.sql("TRUNCATE records, ingest_jobs, ingest_rejects");
    // The half of the trials in which every statement takes a while shows a wrong order of commits each time.
    const slow = draw() < 0.5;
    if (slow) await target.slowDown();
    const problems: string[] = [];
    const note = (error: unknown): void =>
      void problems.push(error instanceof Error ? error.message : String(error));
    const watching = this.watch(problems, running.signal);
    await Promise.all(Array.from({ length: count }, () => files.upload()));
    const breaking = new ProcessFaults(target, draw, faults, files).strikeUntil(running.signal);
    let lasts = true;
    const casting = castSpell(name, target, files, draw, running.signal)
      .catch(note)
      .finally(() => (lasts = false));
    let sweeps = 0;
    const untilDone = async (): Promise<void> => {
      sweeps += await this.untilDone(files, () => lasts, faults, stop);
    };
    await untilDone().catch(note);
    running.abort();
    const spell = await casting;
    disarm();
    await breaking;
    await watching;
    await target.lambda.idle();
    if (!spell) problems.push(`${name}: it met nothing`);
    // The job of an object that was replaced in the last moment too, with nothing that breaks.
    if (problems.length === 0) await (spell?.aftermath?.() ?? Promise.resolve()).then(untilDone).catch(note);
    await target.lambda.idle();
    stop.throwIfAborted();
    if (spell) faults[name]++;
    if (slow) await target.sql("DROP TRIGGER IF EXISTS chaos_slow ON records");
    problems.push(...(await this.differences(files.etag, times(expected, files.keys.length))));
    return { seed, form, spell: name, faults, sweeps, problems };
  }

  private async differences(etag: string, expected: Expected): Promise<string[]> {
    const strays = await this.target.sql<{ job: string }>(
      "SELECT row_to_json(ingest_jobs)::text AS job FROM ingest_jobs WHERE etag <> $1 AND status NOT IN ('failed', 'undone')",
      [etag],
    );
    return [
      ...(await differences(await this.target.connection(), expected)),
      ...strays.map(({ job }) => `a job of the replaced object was not ended: ${job}`),
    ];
  }

  /**
   * Calls the sweeper, as its schedule does, until all jobs are done and nothing lasts; where none runs any more, a person
   * starts them.
   */
  private async untilDone(
    files: Files,
    lasts: () => boolean,
    faults: Faults,
    stop: AbortSignal,
  ): Promise<number> {
    const deadline = Date.now() + patienceMs;
    let sweeps = 0;
    for (;;) {
      stop.throwIfAborted();
      const jobs = await this.target.sql<{
        key: string;
        status: string;
        reason: string | null;
        wanted: boolean;
      }>(
        `SELECT key, status, reason, etag = $1 AS wanted, starts, hops, now() - updated_at AS still FROM ingest_jobs`,
        [files.etag],
      );
      const left = files.keys.filter(
        (key) => !jobs.some((job) => job.wanted && job.status === "done" && job.key === key),
      );
      // That of a replaced object runs until it has failed.
      const running = jobs.some(({ status }) => status === "running");
      if (left.length === 0 && !running && !lasts()) return sweeps;
      const failed = jobs.find(
        ({ status, reason, wanted }) =>
          wanted && status === "failed" && !reason?.includes("functions in a row"),
      );
      if (failed) throw new Error(`The job of ${failed.key} failed: ${failed.reason}`);
      if (Date.now() > deadline) {
        const state = JSON.stringify({ left, lasts: lasts(), jobs, faults });
        throw new Error(`Not done after ${patienceMs / 1000} s: ${state}`);
      }
      await sleep(100);
      if (running) {
        if (await this.sweep()) sweeps++;
      } else if (left.length > 0) {
        for (const key of left) await files.resume(key);
        await sleep(1000);
      }
    }
  }

  /** Whether it found something. A failure of its own (the database is down) is like a schedule that missed. */
  private async sweep(): Promise<boolean> {
    const event = { action: "sweep", stalledAfterSeconds: 1 };
    const { payload, functionError } = await this.target.lambda.invoke(this.target.jobsFunctionName, event);
    if (functionError) return false;
    return (JSON.parse(payload) as JobsAnswers["sweep"]).stalled.length > 0;
  }

  /** Compares rows and checkpoint in one snapshot, as often as it can: they may never differ. */
  private async watch(problems: string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [snapshot] = await this.target.sql<{
        loaded: number;
        there: number;
        rejected: number;
        kept: number;
      }>(
        `SELECT coalesce(sum(rows_loaded), 0)::int AS loaded, (SELECT count(*)::int FROM records) AS there,
           coalesce(sum(rows_rejected), 0)::int AS rejected,
           (SELECT count(*)::int FROM ingest_rejects) AS kept FROM ingest_jobs`,
      );
      if (snapshot && (snapshot.loaded !== snapshot.there || snapshot.rejected !== snapshot.kept)) {
        problems.push(`rows and checkpoint of one moment differ: ${JSON.stringify(snapshot)}`);
        return;
      }
      await sleep(50, undefined, { signal }).catch(() => undefined);
    }
  }
}

interface TrialsOptions {
  readonly count: number;
  /** Of the first trial; the others count on from it. */
  readonly seed: number;
  /** Good ones of the file; 40 bad ones come on top. */
  readonly rows: number;
  /** How many come at once in each trial. */
  readonly files: number;
  /** Told of each trial at its end, and which it is, from 1. */
  readonly onTrial: (trial: Trial, number: number) => void;
  readonly stop: AbortSignal;
}

/** Makes a file in `dir`, and loads it so many times into an environment made with `chaosConfig`. */
export async function runTrials(
  environment: Environment,
  dir: string,
  { count, seed, rows, files, onTrial, stop }: TrialsOptions,
): Promise<Trial[]> {
  const { file } = await writeSample(path.join(dir, "chaos.csv"), rows, { rejects: 40 });
  const chaos = await Chaos.start(environment, file);
  const trials: Trial[] = [];
  try {
    for (let i = 0; i < count; i++) {
      trials.push(await chaos.trial(seed + i, stop, files));
      onTrial(trials[i]!, i + 1);
    }
  } finally {
    await chaos.close();
  }
  return trials;
}

import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Session } from "../session";
import { AwsError } from "../http";
import { listenJson, operation } from "../jsonService";

/** A job as a program declares it. */
export interface GlueJobSpec {
  readonly name: string;
  /** s3:// of the script, and of the modules beside it. */
  readonly script: string;
  readonly modules: readonly string[];
  /** With the leading `--`. */
  readonly defaultArguments: Readonly<Record<string, string>>;
  /** Minutes. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly maxConcurrentRuns: number;
}

/** A run of a job's script. */
export interface ScriptRun {
  /** Resolves at its end: undefined when all went well, else what its log says last. */
  readonly ended: Promise<string | undefined>;
  readonly kill: () => void;
}

/** Runs a job's script with arguments; rejects, in words for a person, where it can't be run here. */
export type RunScript = (job: GlueJobSpec, given: Readonly<Record<string, string>>) => Promise<ScriptRun>;

type State = "STARTING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED" | "TIMEOUT";

interface JobRun {
  readonly id: string;
  readonly job: GlueJobSpec;
  readonly given: Readonly<Record<string, string>>;
  readonly attempt: number;
  readonly previous?: string;
  readonly started: number;
  state: State;
  completed?: number;
  error?: string;
  kill?: () => void;
}

const startSchema = z.object({
  JobName: z.string().min(1),
  Arguments: z.record(z.string().startsWith("--"), z.string()).default({}),
});
const runSchema = z.object({ JobName: z.string().min(1), RunId: z.string().min(1) });
const runsSchema = z.object({ JobName: z.string().min(1) });
const stopSchema = z.object({ JobName: z.string().min(1), JobRunIds: z.array(z.string()).min(1).max(25) });

const isUnderWay = ({ state }: JobRun): boolean => state === "STARTING" || state === "RUNNING";

/** What Glue's API offers to those who start a job and follow its runs. */
export class LocalGlue {
  /** The service's endpoint; "" until it listens. */
  url = "";
  private readonly jobs = new Map<string, GlueJobSpec>();
  private readonly runs: JobRun[] = [];
  private closed = false;

  constructor(
    private readonly session: Session,
    private readonly runScript: RunScript,
  ) {}

  createJob(job: GlueJobSpec): void {
    this.jobs.set(job.name, job);
  }

  get jobNames(): string[] {
    return [...this.jobs.keys()];
  }

  /** The API's operations, by the names that clients send. */
  operations() {
    return {
      StartJobRun: operation(startSchema, ({ JobName, Arguments }) => ({
        JobRunId: this.startJobRun(this.findJob(JobName), Arguments).id,
      })),
      GetJobRun: operation(runSchema, ({ JobName, RunId }) => ({
        JobRun: shown(this.findRun(JobName, RunId)),
      })),
      GetJobRuns: operation(runsSchema, ({ JobName }) => {
        const job = this.findJob(JobName);
        return {
          JobRuns: this.runs
            .filter((run) => run.job === job)
            .map(shown)
            .reverse(),
        };
      }),
      BatchStopJobRun: operation(stopSchema, ({ JobName, JobRunIds }) => ({
        SuccessfulSubmissions: JobRunIds.map((id) => this.stop(this.findRun(JobName, id))),
        Errors: [],
      })),
    };
  }

  /** Ends what runs. */
  private close(): Promise<void> {
    this.closed = true;
    for (const run of this.runs.filter(isUnderWay)) this.stop(run);
    return Promise.resolve();
  }

  private findJob(name: string): GlueJobSpec {
    const job = this.jobs.get(name);
    if (job) return job;
    throw new AwsError("EntityNotFoundException", 400, `Failed to find job ${name}`);
  }

  private findRun(jobName: string, id: string): JobRun {
    const job = this.findJob(jobName);
    const run = this.runs.find((each) => each.job === job && each.id === id);
    if (run) return run;
    throw new AwsError("EntityNotFoundException", 400, `Failed to find job run ${id} of ${jobName}`);
  }

  private startJobRun(job: GlueJobSpec, given: JobRun["given"], previous?: JobRun): JobRun {
    const atOnce = this.runs.filter((run) => run.job === job && isUnderWay(run)).length;
    if (atOnce >= job.maxConcurrentRuns) {
      throw new AwsError(
        "ConcurrentRunsExceededException",
        400,
        `Concurrent runs exceeded for ${job.name}: ${job.maxConcurrentRuns} at once`,
      );
    }
    const attempt = previous ? previous.attempt + 1 : 0;
    const first = previous?.id.replace(/_attempt_\d+$/, "");
    const run: JobRun = {
      id: first === undefined ? `jr_${randomBytes(32).toString("hex")}` : `${first}_attempt_${attempt}`,
      job,
      given,
      attempt,
      ...(previous && { previous: previous.id }),
      started: Date.now(),
      state: "STARTING",
    };
    this.runs.push(run);
    void this.follow(run);
    return run;
  }

  private async follow(run: JobRun): Promise<void> {
    const { job, given } = run;
    let timer: NodeJS.Timeout | undefined;
    try {
      const script = await this.runScript(job, given);
      run.kill = script.kill;
      // Registered behind the script's own, hence before it: a script that the session ends is not tried again.
      this.session.onClose(() => this.close());
      // Stopped before it began.
      if (!isUnderWay(run)) script.kill();
      else run.state = "RUNNING";
      timer = setTimeout(() => {
        finish(run, "TIMEOUT");
        script.kill();
      }, job.timeout * 60_000);
      const error = await script.ended;
      finish(run, error === undefined ? "SUCCEEDED" : "FAILED", error);
    } catch (error) {
      finish(run, "FAILED", error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
    }
    if (run.state !== "FAILED" || run.attempt >= job.maxRetries || this.closed) return;
    this.startJobRun(job, given, run);
  }

  private stop(run: JobRun) {
    finish(run, "STOPPED");
    run.kill?.();
    return { JobName: run.job.name, JobRunId: run.id };
  }
}

/** What a run has come to first stays. */
function finish(run: JobRun, state: State, error?: string): void {
  if (!isUnderWay(run)) return;
  run.state = state;
  run.completed = Date.now();
  if (error !== undefined) run.error = error;
}

/** As the API shows it; times are seconds since 1970. */
function shown(run: JobRun) {
  const { id, job, attempt, previous, started, completed, state, error, given } = run;
  return {
    Id: id,
    JobName: job.name,
    Attempt: attempt,
    PreviousRunId: previous,
    StartedOn: started / 1000,
    CompletedOn: completed && completed / 1000,
    LastModifiedOn: (completed ?? started) / 1000,
    ExecutionTime: completed === undefined ? 0 : Math.round((completed - started) / 1000),
    JobRunState: state,
    ErrorMessage: error,
    Arguments: given,
    Timeout: job.timeout,
  };
}

/** Starts a Glue endpoint on this machine. */
export async function startGlue(session: Session, runScript: RunScript): Promise<LocalGlue> {
  const glue = new LocalGlue(session, runScript);
  glue.url = await listenJson(session, "glue", glue.operations());
  return glue;
}

import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Session } from "../session";
import { type LogEvent, LogStream } from "./log";
import { FunctionProcess, type LoadTime, type Outcome, type ProcessInvocation } from "./process";
import { type Runtime, functionEnvironment, logStreamName } from "./runtime";
import { Slots } from "./slots";
import { type FunctionSpec, unpack } from "./spec";

/** How many idle processes a function keeps for its next invocations; each holds some 50 MB. */
const IDLE_PROCESSES = 2;

/** How many bytes of its log an invocation hands to a caller that asks for them, as on Lambda. */
const LOG_TAIL = 4096;

/** Lambda's quota for what a function returns, in bytes: 6 MiB and 100 bytes. */
const LARGEST_RESPONSE = 6 * 1024 * 1024 + 100;

/** How one invocation went. */
export interface Execution {
  readonly outcome: Outcome;
  readonly pid: number | undefined;
  /** Milliseconds in the handler, the start of the process not counted. */
  readonly duration: number;
  /** Milliseconds to start the process and load the function; undefined in a warm one. */
  readonly initDuration: number | undefined;
  /** What of it the function's own code and packages took; undefined in a warm one. */
  readonly load: LoadTime | undefined;
  /** Milliseconds of CPU, in a cold one with the start of its process; 0 when the process was ended from outside. */
  readonly cpuTime: number;
  /** The largest resident memory that the process had in its life, in bytes. */
  readonly peakRss: number;
  /** The end of what was logged meanwhile. */
  readonly logTail: Buffer;
}

interface Running {
  readonly process: FunctionProcess;
  readonly log: LogStream;
  readonly revision: number;
}

/** A function with its code on disk and its processes, idle and busy. */
export class DeployedFunction {
  readonly slots: Slots;
  private revision = 0;
  private folder = "";
  private idle: Running[] = [];
  private readonly processes = new Set<FunctionProcess>();
  private readonly logs: LogStream[] = [];
  /** The largest resident memory of any of its processes, ended ones included, in bytes. */
  peakRss = 0;

  constructor(
    private readonly session: Session,
    private readonly runtime: Runtime,
    private readonly environment: () => Readonly<Record<string, string>>,
    public spec: FunctionSpec,
    private readonly accountConcurrency: number,
    /** How many processes start at once on this machine. */
    private readonly starts: Slots,
  ) {
    this.slots = new Slots(spec.reservedConcurrency ?? accountConcurrency);
  }

  /** Takes code and settings into use: processes that run older ones end with their invocation. */
  async deploy(spec: FunctionSpec): Promise<void> {
    const revision = this.revision + 1;
    const unpacked = join(this.home, String(revision), "task");
    await unpack(spec.files, unpacked);
    // The path that the process itself will see: on macOS the temporary folder is behind a link.
    const folder = await realpath(unpacked);
    Object.assign(this, { spec, revision, folder });
    this.slots.limit = spec.reservedConcurrency ?? this.accountConcurrency;
    for (const { process } of this.idle.splice(0)) process.kill();
  }

  /** Runs one invocation, in an idle process if there is one. The caller has taken a slot. */
  async run(invocation: ProcessInvocation): Promise<Execution> {
    const running = this.takeIdle() ?? (await this.startInTurn());
    const { process, log } = running;
    const cold = process.invocations === 0;
    const cpuBefore = process.cpuTime;
    const logStart = log.size;
    log.write(`START RequestId: ${invocation.requestId} Version: $LATEST`);
    const outcome = limitResponse(await process.invoke(invocation));
    this.peakRss = Math.max(this.peakRss, process.peakRss);
    const { duration, initDuration, load, peakRss, pid } = process;
    const cpuTime = process.cpuTime - cpuBefore;
    logEnd(log, invocation.requestId, this.spec, process, outcome);
    const logTail = log.tail(logStart, LOG_TAIL);
    if (process.alive) this.putBack(running);
    const start = cold ? { initDuration, load } : { initDuration: undefined, load: undefined };
    return { outcome, pid, duration, ...start, cpuTime, peakRss, logTail };
  }

  /** All that its processes have logged, process by process. */
  logText(): string {
    return this.logs.map((log) => log.text()).join("");
  }

  /** The same, line by line. */
  logEvents(): LogEvent[] {
    return this.logs.flatMap((log) => log.events());
  }

  /** The processes that are there now. */
  liveProcesses(): FunctionProcess[] {
    return [...this.processes];
  }

  async stop(): Promise<void> {
    const ending = this.liveProcesses();
    for (const process of ending) process.kill();
    await Promise.all(ending.map((process) => process.gone));
  }

  private get home(): string {
    return join(this.session.dir, "lambda", this.spec.name);
  }

  private takeIdle(): Running | undefined {
    this.idle = this.idle.filter(({ process }) => process.alive);
    return this.idle.pop();
  }

  private putBack(running: Running): void {
    const keep = running.revision === this.revision && this.idle.length < IDLE_PROCESSES;
    if (keep) this.idle.push(running);
    else running.process.kill();
  }

  /** Lambda gives each start a core of its own and ten seconds; here a hundred at once would share a few cores. */
  private async startInTurn(): Promise<Running> {
    await this.starts.take();
    try {
      const running = this.start();
      void running.process.initialized.finally(() => this.starts.free());
      return running;
    } catch (error) {
      this.starts.free();
      throw error;
    }
  }

  private start(): Running {
    const { spec, runtime, folder, revision } = this;
    const logStream = logStreamName();
    const log = new LogStream(join(this.home, "log", `${logStream.split("]").pop() ?? ""}.log`), logStream);
    this.logs.push(log);
    const { credentials } = this.session;
    const place = { folder, logStream, nodePath: runtime.nodePath, credentials };
    const env = functionEnvironment(spec, place, this.environment());
    const { bootstrap } = runtime;
    const { memorySize, timeout } = spec;
    const process = new FunctionProcess(this.session, { bootstrap, folder, env, memorySize, timeout, log });
    this.processes.add(process);
    void process.gone.then(() => {
      this.peakRss = Math.max(this.peakRss, process.peakRss);
      this.processes.delete(process);
    });
    return { process, log, revision };
  }
}

function limitResponse(outcome: Outcome): Outcome {
  if (!outcome.ok || Buffer.byteLength(outcome.payload) <= LARGEST_RESPONSE) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE} bytes).`;
  return { ok: false, error: { errorType: "Function.ResponseSizeTooLarge", errorMessage } };
}

/** The lines with which Lambda closes an invocation in the log. */
function logEnd(
  log: LogStream,
  requestId: string,
  spec: FunctionSpec,
  { duration, initDuration, invocations, peakRss }: FunctionProcess,
  outcome: Outcome,
): void {
  if (!outcome.ok && !outcome.error.trace) {
    log.write(`${new Date().toISOString()} ${outcome.error.errorMessage}`);
  }
  log.write(`END RequestId: ${requestId}`);
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${duration.toFixed(2)} ms`,
    `Memory Size: ${spec.memorySize} MB`,
    `Max Memory Used: ${Math.round(peakRss / 1024 / 1024)} MB`,
  ];
  if (invocations === 1) report.push(`Init Duration: ${initDuration.toFixed(2)} ms`);
  log.write(report.join("\t"));
}

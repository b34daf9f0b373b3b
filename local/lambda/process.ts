import type { ChildProcess } from "node:child_process";
import { z } from "zod";
import type { Session } from "../session";
import type { LogStream } from "./log";
import { MEMORY_POLL_MS, residentBytes } from "./memory";

/** Lambda's own limit for loading a function, in milliseconds. */
const INIT_TIMEOUT_MS = 10_000;

/** What a caller gets as payload when a function fails. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type Outcome =
  | { readonly ok: true; /** JSON. */ readonly payload: string }
  | { readonly ok: false; readonly error: FunctionError };

/** What the bootstrap is told of an invocation. */
export interface ProcessInvocation {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  readonly functionArn: string;
  readonly traceId: string;
}

/** What it took to load a function's code and its packages, in milliseconds of the clock and of CPU. */
export interface LoadTime {
  readonly ms: number;
  readonly cpuMs: number;
}

export interface ProcessOptions {
  readonly bootstrap: string;
  readonly folder: string;
  readonly env: Record<string, string>;
  /** Megabytes. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  readonly log: LogStream;
}

const errorSchema = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()),
});

const usage = { peakRss: z.number(), cpuMs: z.number() };

const messageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), loadMs: z.number(), loadCpuMs: z.number() }),
  z.object({ type: z.literal("result"), payload: z.string(), ...usage }),
  z.object({ type: z.literal("error"), error: errorSchema, ...usage }),
  z.object({ type: z.literal("fatal"), error: errorSchema }),
]);

/** One execution environment: a process that loads a function once and runs one invocation at a time. */
export class FunctionProcess {
  /** The largest resident memory so far, in bytes. */
  peakRss = 0;
  /** Milliseconds of CPU since the start, up to the end of the last invocation. */
  cpuTime = 0;
  /** Milliseconds from the start to the loaded handler. */
  initDuration = 0;
  /** What of it the function's own code and packages took to load, milliseconds. */
  load: LoadTime = { ms: 0, cpuMs: 0 };
  invocations = 0;
  /** Milliseconds that the last invocation took in the handler. */
  duration = 0;
  alive = true;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  private readonly child: ChildProcess;
  /** Resolves when the function is loaded, or its process is gone. */
  readonly initialized: Promise<Outcome>;
  private readonly poll: NodeJS.Timeout;
  private settle: ((outcome: Outcome) => void) | undefined;
  /** Why this process is ending, where it is known before it has ended. */
  private cause: FunctionError | undefined;
  private requestId = "";

  constructor(
    session: Session,
    private readonly options: ProcessOptions,
  ) {
    const { bootstrap, folder, env, memorySize, log } = options;
    const started = performance.now();
    // V8 has to collect before the limit is reached: a tenth is left for all that is not its heap.
    const args = [`--max-old-space-size=${Math.floor(memorySize * 0.9)}`, bootstrap];
    this.child = log.lend((fd) =>
      session.spawn(process.execPath, args, {
        cwd: folder,
        // Node hands this one variable on by itself, unless it is named.
        env: { ...env, NODE_V8_COVERAGE: undefined },
        stdio: ["ignore", fd, fd, "ipc"],
      }),
    );
    this.initialized = this.wait(INIT_TIMEOUT_MS).then((outcome) => {
      this.initDuration = performance.now() - started;
      return outcome;
    });
    this.child.on("message", (message) => this.receive(message));
    this.gone = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => {
        this.end(exitError(code, signal));
        resolve();
      });
      this.child.once("error", (error) => {
        this.end({ errorType: "Runtime.ExitError", errorMessage: error.message });
        resolve();
      });
    });
    this.poll = setInterval(() => void this.checkMemory(), MEMORY_POLL_MS);
    this.poll.unref();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Runs one invocation; the function's timeout begins when it has been loaded, as on Lambda. */
  async invoke(invocation: ProcessInvocation): Promise<Outcome> {
    this.requestId = invocation.requestId;
    this.invocations++;
    const init = await this.initialized;
    if (!init.ok) return init;
    if (!this.alive) return this.deadOutcome();
    const limit = this.options.timeout * 1000;
    const started = performance.now();
    const outcome = this.wait(limit);
    // If it can't be sent the process is ending, and its end is the outcome.
    this.child.send({ ...invocation, deadline: Date.now() + limit }, () => undefined);
    return outcome.finally(() => (this.duration = performance.now() - started));
  }

  /** Ends the process, and whatever the function has started. */
  kill(cause?: FunctionError): void {
    this.cause ??= cause;
    const { pid } = this.child;
    if (pid === undefined || !this.alive) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It ended by itself just now.
    }
  }

  /** The next outcome: an answer, or the end of the process, which comes after `limit` ms at the latest. */
  private wait(limit: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.kill(this.timeoutError(limit)), limit);
      this.settle = (outcome) => {
        clearTimeout(timer);
        this.settle = undefined;
        resolve(outcome);
      };
    });
  }

  private receive(received: unknown): void {
    const parsed = messageSchema.safeParse(received);
    if (!parsed.success) return; // The function's own use of the channel is not ours.
    const message = parsed.data;
    if (message.type === "ready") {
      this.load = { ms: message.loadMs, cpuMs: message.loadCpuMs };
      this.settle?.({ ok: true, payload: "" });
      return;
    }
    if (message.type === "fatal") {
      this.cause ??= message.error;
      return;
    }
    this.cpuTime = message.cpuMs;
    if (this.measured(message.peakRss)) {
      const { type } = message;
      this.settle?.(
        type === "result" ? { ok: true, payload: message.payload } : { ok: false, error: message.error },
      );
    }
  }

  private async checkMemory(): Promise<void> {
    if (this.child.pid !== undefined) this.measured(await residentBytes(this.child.pid));
  }

  /** Whether the process is within its memory; it is ended if not. */
  private measured(bytes: number): boolean {
    this.peakRss = Math.max(this.peakRss, bytes);
    if (this.peakRss <= this.options.memorySize * 1024 * 1024) return true;
    this.kill({ errorType: "Runtime.OutOfMemory", errorMessage: runtimeExit("signal: killed") });
    return false;
  }

  private end(error: FunctionError): void {
    this.alive = false;
    clearInterval(this.poll);
    this.cause ??= error;
    this.settle?.(this.deadOutcome());
  }

  private deadOutcome(): Outcome {
    const unknown = { errorType: "Runtime.ExitError", errorMessage: runtimeExit("unknown") };
    return { ok: false, error: this.withRequestId(this.cause ?? unknown) };
  }

  private timeoutError(limit: number): FunctionError {
    const seconds = (limit / 1000).toFixed(2);
    return { errorType: "Sandbox.Timedout", errorMessage: `Error: Task timed out after ${seconds} seconds` };
  }

  /** Errors of the sandbox name the request, errors of the function are its own. */
  private withRequestId(error: FunctionError): FunctionError {
    if (error.trace) return error;
    return { ...error, errorMessage: `RequestId: ${this.requestId} ${error.errorMessage}` };
  }
}

function exitError(code: number | null, signal: NodeJS.Signals | null): FunctionError {
  const how = signal ? `signal: ${signal}` : `exit status ${code}`;
  const errorMessage = code === 0 ? "Error: Runtime exited without providing a reason" : runtimeExit(how);
  return { errorType: "Runtime.ExitError", errorMessage };
}

function runtimeExit(how: string): string {
  return `Error: Runtime exited with error: ${how}`;
}

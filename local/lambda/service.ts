import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { availableParallelism } from "node:os";
import type { Session } from "../session";
import { AwsError } from "../http";
import { AsyncQueue, type EventInvokeConfig, type FailureRecord, failureRecord } from "./async";
import { DeployedFunction, type Execution } from "./function";
import type { LogEvent } from "./log";
import type { Runtime } from "./runtime";
import { Slots } from "./slots";
import { type FunctionSpec, checkSpec, logGroupOf } from "./spec";
import { traceOf } from "./trace";

/** How often a chain of requests may invoke the same function, unless its recursion is allowed. */
const RECURSION_LIMIT = 16;

/** Lambda's quotas for payloads, in bytes. */
const SYNC_PAYLOAD = 6 * 1024 * 1024;
const ASYNC_PAYLOAD = 1024 * 1024;

export type InvocationType = "RequestResponse" | "Event";

export interface InvokeResult {
  readonly requestId: string;
  /** JSON: what the function returned, or its error; "" for an Event, which is only accepted. */
  readonly payload: string;
  /** Present when the function failed. */
  readonly functionError?: "Unhandled";
  /** The end of the log, at most 4 KiB. */
  readonly logTail: Buffer;
}

/** One invocation or one attempt of it, when it starts. */
export interface InvocationStart {
  readonly functionName: string;
  readonly requestId: string;
  /** From 1; above it for the retries of an asynchronous invocation. */
  readonly attempt: number;
  /** JSON. */
  readonly payload: string;
}

/** The same when it has ended. */
export interface InvocationEnd extends InvocationStart, Execution {}

interface LambdaEvents {
  start: [InvocationStart];
  end: [InvocationEnd];
  deadLetter: [{ readonly functionName: string; readonly record: FailureRecord }];
}

export interface LambdaOptions {
  /** Added to every function's environment when a process starts: endpoints, a CA. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Milliseconds before each retry of an asynchronous invocation; AWS waits 1 and 2 minutes. Default 1 s, 2 s. */
  readonly retryDelays?: readonly number[];
  /** Invocations of one function at once, without a reservation of its own: 10, the quota of a new account. */
  readonly concurrency?: number;
}

interface Registered {
  readonly deployed: DeployedFunction;
  config: EventInvokeConfig;
  recursion: "Allow" | "Terminate";
}

/** Lambda on this machine: functions from their archives, each invocation in a process of its own. */
export class LocalLambda {
  /** The endpoint; "" until it listens. */
  url = "";
  /**
   * Asked at every asynchronous request through the API and at S3's own, whose payload is JSON: "lost" and "twice" happen
   * to an event that was accepted. May throw the AwsError with which one through the API is refused.
   */
  fault:
    | ((request: { readonly functionName: string; readonly payload: string }) => "lost" | "twice" | undefined)
    | undefined;
  /** What happens, for whoever follows it. */
  readonly events = new EventEmitter<LambdaEvents>();
  private readonly functions = new Map<string, Registered>();
  private readonly queue: AsyncQueue;
  private readonly starts = new Slots(2 * availableParallelism());
  private closed = false;

  constructor(
    private readonly session: Session,
    private readonly runtime: Runtime,
    private readonly options: LambdaOptions,
  ) {
    this.queue = new AsyncQueue(options.retryDelays ?? [1000, 2000]);
  }

  /**
   * Creates a function, as CreateFunction does.
   * @throws GroundworkError for what Lambda would refuse, AwsError ResourceConflictException if it exists
   */
  async createFunction(spec: FunctionSpec): Promise<void> {
    checkSpec(spec);
    if (this.functions.has(spec.name)) {
      throw new AwsError("ResourceConflictException", 409, `Function already exist: ${spec.name}`);
    }
    const { session, runtime, options } = this;
    const { environment, concurrency = 10 } = options;
    const deployed = new DeployedFunction(session, runtime, environment, spec, concurrency, this.starts);
    await deployed.deploy(spec);
    this.functions.set(spec.name, { deployed, config: { maximumRetryAttempts: 2 }, recursion: "Terminate" });
  }

  /** Creates the function, or changes the one of that name. */
  putFunction(spec: FunctionSpec): Promise<void> {
    return this.functions.has(spec.name) ? this.updateFunction(spec.name, spec) : this.createFunction(spec);
  }

  /** Changes code or settings; invocations under way end as they began. */
  async updateFunction(name: string, changes: Partial<Omit<FunctionSpec, "name">>): Promise<void> {
    const { deployed } = this.find(name);
    const spec = { ...deployed.spec, ...changes };
    checkSpec(spec);
    await deployed.deploy(spec);
  }

  setEventInvokeConfig(name: string, config: EventInvokeConfig): void {
    this.find(name).config = config;
  }

  setRecursion(name: string, recursion: "Allow" | "Terminate"): void {
    this.find(name).recursion = recursion;
  }

  /**
   * Invokes a function by its name or ARN.
   * @param payload anything JSON can hold
   * @param type an Event is accepted at once and runs later
   * @param traceId the X-Amzn-Trace-Id of the request that leads to this invocation
   * @throws AwsError ResourceNotFoundException, TooManyRequestsException, RequestTooLargeException,
   *   RecursiveInvocationException; the function's own failure is a result, not an error
   */
  invoke(
    name: string,
    payload: unknown,
    type: InvocationType = "RequestResponse",
    traceId?: string,
  ): Promise<InvokeResult> {
    return this.invokeJson(name, JSON.stringify(payload ?? {}), type, traceId);
  }

  /** The same with a payload that is JSON already. */
  private async invokeJson(
    name: string,
    payload: string,
    type: InvocationType,
    traceId: string | undefined,
  ): Promise<InvokeResult> {
    // An event is dropped, as those are that wait by then: nobody is left to be told.
    if (this.closed && type !== "Event") throw new AwsError("ServiceException", 500, "Lambda is closing");
    const registered = this.find(name);
    checkPayload(payload, type);
    const { header, count } = traceOf(registered.deployed.spec.arn, traceId);
    const stopped = count > RECURSION_LIMIT && registered.recursion === "Terminate";
    const requestId = randomUUID();
    const start = { functionName: registered.deployed.spec.name, requestId, payload };
    if (type === "RequestResponse") return this.invokeNow(registered, start, header, stopped);
    if (stopped) this.stopRecursion(registered, start);
    else this.enqueue(registered, start, header);
    return { requestId, payload: "", logTail: Buffer.alloc(0) };
  }

  /** The same as a request from outside, to which something may happen on its way. */
  async accept(
    name: string,
    payload: string,
    type: InvocationType,
    traceId: string | undefined,
  ): Promise<InvokeResult> {
    const functionName = this.find(name).deployed.spec.name;
    const fault = type === "Event" ? this.fault?.({ functionName, payload }) : undefined;
    if (fault === "lost") return { requestId: randomUUID(), payload: "", logTail: Buffer.alloc(0) };
    if (fault === "twice") await this.invokeJson(name, payload, type, traceId);
    return this.invokeJson(name, payload, type, traceId);
  }

  /** Resolves when no asynchronous invocation waits, runs or is to be tried again. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  /** @throws AwsError ResourceNotFoundException */
  spec(name: string): FunctionSpec {
    return this.find(name).deployed.spec;
  }

  specs(): FunctionSpec[] {
    return [...this.functions.values()].map(({ deployed }) => deployed.spec);
  }

  /** All that a function has logged, process by process. */
  logs(name: string): string {
    return this.find(name).deployed.logText();
  }

  /** What functions have logged, by log group. */
  logGroups(): Map<string, () => LogEvent[]> {
    const all = [...this.functions.values()];
    return new Map(all.map(({ deployed }) => [logGroupOf(deployed.spec), () => deployed.logEvents()]));
  }

  /** A function's processes that are there now, and the largest resident memory of any so far, in bytes. */
  processes(name: string): { pids: number[]; peakRss: number } {
    const { deployed } = this.find(name);
    const live = deployed.liveProcesses();
    const peakRss = Math.max(deployed.peakRss, ...live.map((process) => process.peakRss));
    return { pids: live.flatMap(({ pid }) => pid ?? []), peakRss };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.queue.close();
    await Promise.all([...this.functions.values()].map(({ deployed }) => deployed.stop()));
  }

  private find(nameOrArn: string): Registered {
    // name, name:qualifier, account:function:name, or the whole ARN with or without a qualifier
    const name = nameOrArn.replace(/^.*function:/, "").split(":")[0] ?? "";
    const registered = this.functions.get(name);
    if (registered) return registered;
    throw new AwsError("ResourceNotFoundException", 404, `Function not found: ${nameOrArn}`);
  }

  private async invokeNow(
    { deployed }: Registered,
    start: Omit<InvocationStart, "attempt">,
    traceId: string,
    stopped: boolean,
  ): Promise<InvokeResult> {
    if (stopped) {
      const message = `${start.functionName} is invoked in a recursive loop and was stopped`;
      throw new AwsError("RecursiveInvocationException", 400, message);
    }
    if (!deployed.slots.tryTake()) throw new AwsError("TooManyRequestsException", 429, "Rate Exceeded.");
    const run = this.run(deployed, { ...start, attempt: 1 }, traceId);
    const { outcome, logTail } = await run.finally(() => deployed.slots.free());
    const { requestId } = start;
    if (outcome.ok) return { requestId, payload: outcome.payload, logTail };
    return { requestId, payload: JSON.stringify(outcome.error), functionError: "Unhandled", logTail };
  }

  private enqueue(registered: Registered, start: Omit<InvocationStart, "attempt">, traceId: string): void {
    const { deployed, config } = registered;
    this.queue.submit(
      deployed,
      start,
      config,
      async (attempt) => (await this.run(deployed, { ...start, attempt }, traceId)).outcome,
      (record) => this.deadLetter(registered, record),
    );
  }

  private stopRecursion(registered: Registered, start: Omit<InvocationStart, "attempt">): void {
    const { arn } = registered.deployed.spec;
    this.deadLetter(registered, failureRecord(arn, start, "RecursiveInvocation", 0));
  }

  private deadLetter({ deployed, config }: Registered, record: FailureRecord): void {
    config.onFailure?.(record);
    this.events.emit("deadLetter", { functionName: deployed.spec.name, record });
  }

  private async run(deployed: DeployedFunction, start: InvocationStart, traceId: string): Promise<Execution> {
    this.events.emit("start", start);
    const { requestId, payload } = start;
    const functionArn = deployed.spec.arn;
    const execution = await deployed.run({ requestId, payload, functionArn, traceId });
    this.events.emit("end", { ...start, ...execution });
    return execution;
  }
}

function checkPayload(payload: string, type: InvocationType): void {
  const limit = type === "Event" ? ASYNC_PAYLOAD : SYNC_PAYLOAD;
  const size = Buffer.byteLength(payload);
  if (size <= limit) return;
  const message = `${size} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`;
  throw new AwsError("RequestTooLargeException", 413, message);
}

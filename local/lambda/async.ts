import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { DeployedFunction } from "./function";
import type { Outcome } from "./process";

/** What becomes of an asynchronous invocation that fails. */
export interface EventInvokeConfig {
  /** 0 to 2. */
  readonly maximumRetryAttempts: number;
  /** How long an event may wait and be tried again; Lambda's default is 6 hours. */
  readonly maximumEventAgeInSeconds?: number;
  /** The on-failure destination. */
  readonly onFailure?: (record: FailureRecord) => void;
}

/** What Lambda sends to an on-failure destination. */
export interface FailureRecord {
  readonly version: "1.0";
  /** ISO 8601. */
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    /** With the version at its end. */
    readonly functionArn: string;
    readonly condition: FailureCondition;
    /** How often the function was tried. */
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  /** Absent where the function was never run. */
  readonly responseContext?: {
    readonly statusCode: 200;
    readonly executedVersion: "$LATEST";
    readonly functionError: "Unhandled";
  };
  readonly responsePayload?: unknown;
}

/** AWS documents the first two; its name for the third is not published. */
export type FailureCondition = "RetriesExhausted" | "EventAgeExceeded" | "RecursiveInvocation";

/** An event on its way to a function. */
export interface QueuedEvent {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
}

/** The queue before asynchronous invocations: retries with growing delays, and a place for what fails for good. */
export class AsyncQueue {
  private pending = 0;
  private waiting: (() => void)[] = [];
  private readonly closing = new AbortController();

  /** @param retryDelays milliseconds before the first, second, … retry */
  constructor(private readonly retryDelays: readonly number[]) {
    // Each event that waits listens to it.
    setMaxListeners(0, this.closing.signal);
  }

  /** Accepts an event: from here on the queue is not idle until the event is done with. */
  submit(
    target: DeployedFunction,
    event: QueuedEvent,
    config: EventInvokeConfig,
    run: (attempt: number) => Promise<Outcome>,
    fail: (record: FailureRecord) => void,
  ): void {
    this.pending++;
    void this.deliver(target, event, config, run)
      .then((record) => record && fail(record))
      .catch((error: unknown) => {
        // Closed meanwhile: nobody is left to be told. Anything else is a mistake in this program.
        if (!this.closing.signal.aborted) throw error;
      })
      .finally(() => this.done());
  }

  /** Resolves when no event waits, runs or is to be tried again. */
  async idle(): Promise<void> {
    if (this.pending > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  close(): void {
    this.closing.abort();
  }

  private done(): void {
    this.pending--;
    if (this.pending === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** @returns the record of a failure, undefined after a success */
  private async deliver(
    target: DeployedFunction,
    event: QueuedEvent,
    config: EventInvokeConfig,
    run: (attempt: number) => Promise<Outcome>,
  ): Promise<FailureRecord | undefined> {
    const deadline = Date.now() + (config.maximumEventAgeInSeconds ?? 21_600) * 1000;
    const { signal } = this.closing;
    let last: Outcome | undefined;
    for (let attempt = 1; ; attempt++) {
      if (!(await target.slots.take(deadline, signal))) {
        signal.throwIfAborted();
        return failureRecord(target.spec.arn, event, "EventAgeExceeded", attempt - 1, last);
      }
      last = await run(attempt).finally(() => target.slots.free());
      if (last.ok) return undefined;
      signal.throwIfAborted();
      if (attempt > config.maximumRetryAttempts) {
        return failureRecord(target.spec.arn, event, "RetriesExhausted", attempt, last);
      }
      const pause = this.retryDelays[attempt - 1] ?? this.retryDelays.at(-1) ?? 0;
      await delay(Math.min(pause, deadline - Date.now()), undefined, { signal });
    }
  }
}

/** The record of an event that failed, with the answer of its last attempt if there was one. */
export function failureRecord(
  arn: string,
  event: QueuedEvent,
  condition: FailureCondition,
  attempts: number,
  last?: Outcome,
): FailureRecord {
  const record = {
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${arn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(event.payload) as unknown,
  } as const;
  if (!last || last.ok) return record;
  const responseContext = {
    statusCode: 200,
    executedVersion: "$LATEST",
    functionError: "Unhandled",
  } as const;
  return { ...record, responseContext, responsePayload: last.error };
}

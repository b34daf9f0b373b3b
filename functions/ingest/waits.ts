/** What a hop waited for, and worked, seconds. */
export interface Waits {
  /** Until the job was known: for the secret, a connection and the object's first bytes. */
  start: number;
  /** For the object's bytes. */
  s3: number;
  /** For each of the connections, to take the next chunk or to commit the last one. */
  lanes: [number, number];
  /** The process's own CPU. */
  cpu: number;
}

/** Measures a hop from when it is made. */
export interface WaitClock {
  readonly waits: Waits;
  /** Waits for a promise, and has counted for how long this process had nothing else to do meanwhile. */
  during<T>(promise: Promise<T>, count: (waits: Waits, seconds: number, value: T) => void): Promise<T>;
  /** The same for each step of an iteration. */
  each<T>(items: AsyncIterable<T>, count: (waits: Waits, seconds: number) => void): AsyncGenerator<T>;
  /** Reads the CPU. */
  stop(): void;
}

export function waitClock(): WaitClock {
  const waits: Waits = { start: 0, s3: 0, lanes: [0, 0], cpu: 0 };
  const cpu = process.cpuUsage();
  // Not the time that passes: while a promise is awaited the process reads ahead, and that is work.
  const idleMs = (): number => performance.eventLoopUtilization().idle;
  const clock: WaitClock = {
    waits,
    during: async (promise, count) => {
      const before = idleMs();
      const value = await promise;
      count(waits, (idleMs() - before) / 1000, value);
      return value;
    },
    each: async function* (items, count) {
      const iterator = items[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await clock.during(iterator.next(), count);
          if (next.done) return;
          yield next.value;
        }
      } finally {
        await iterator.return?.();
      }
    },
    stop: () => {
      const { user, system } = process.cpuUsage(cpu);
      waits.cpu = (user + system) / 1e6;
    },
  };
  return clock;
}

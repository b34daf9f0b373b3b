/** A function's concurrency: so many invocations at once, the others wait or are refused. */
export class Slots {
  private used = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(public limit: number) {}

  /** Takes a slot if one is free. */
  tryTake(): boolean {
    if (this.used >= this.limit) return false;
    this.used++;
    return true;
  }

  /** Waits for a slot, in order of arrival. False when `deadline` (ms since 1970) or `signal` came first. */
  async take(deadline = Infinity, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted || Date.now() >= deadline) return false;
    if (this.tryTake()) return true;
    return new Promise((resolve) => {
      const done = (taken: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
        resolve(taken);
      };
      const proceed = () => done(true);
      const giveUp = () => {
        this.waiting.splice(this.waiting.indexOf(proceed), 1);
        done(false);
      };
      // setTimeout holds 24 days at most; an event's age is 6 hours at most.
      const timer = deadline === Infinity ? undefined : setTimeout(giveUp, deadline - Date.now());
      signal?.addEventListener("abort", giveUp);
      this.waiting.push(proceed);
    });
  }

  /** Gives a slot back, to whoever waits longest. */
  free(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.used--;
  }
}

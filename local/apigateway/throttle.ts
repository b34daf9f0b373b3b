/** Lets through `rate` requests a second on average and `burst` at once: a token bucket, as API Gateway's. */
export class Throttle {
  private tokens: number;
  private filled: number;

  constructor(
    private readonly rate: number,
    private readonly burst: number,
    /** The clock, in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = burst;
    this.filled = now();
  }

  /** Whether one more request may pass now. */
  take(): boolean {
    const now = this.now();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filled) / 1000) * this.rate);
    this.filled = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}

import { GroundworkError } from "../../infra/error";
import type { Session } from "../session";

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * How often a rule's schedule comes, in milliseconds.
 * @throws GroundworkError for anything but `rate(...)`
 */
export function rateMs(expression: string): number {
  const [, count, unit, plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  // EventBridge wants "1 minute" and "5 minutes".
  if (unit === undefined || Number(count) < 1 || (Number(count) === 1) !== (plural === "")) {
    throw new GroundworkError(
      `The schedule ${expression} does not run on this machine: write rate(1 minute), rate(5 minutes), hours or days, or teach it to local/scheduler/schedules.ts`,
    );
  }
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}

/** EventBridge's scheduled rules on this machine, until the session closes. */
export class LocalSchedules {
  private readonly rates = new Map<string, number>();
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(session: Session) {
    session.onClose(() => {
      for (const timer of this.timers) clearInterval(timer);
      return Promise.resolve();
    });
  }

  createRule(name: string, expression: string): void {
    this.rates.set(name, rateMs(expression));
  }

  /** Calls `target` each time that the rule comes. */
  addTarget(rule: string, target: () => void): void {
    const rate = this.rates.get(rule);
    if (rate === undefined)
      throw new GroundworkError(`There is no rule ${rule}: create it before its targets`);
    const timer = setInterval(target, rate);
    timer.unref(); // A schedule alone keeps no command alive.
    this.timers.push(timer);
  }
}

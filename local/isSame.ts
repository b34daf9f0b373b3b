import { timingSafeEqual } from "node:crypto";

/** Whether what somebody gave is what was expected; the time that it takes tells nothing of how far it is. */
export function isSame(given: string | Buffer, expected: string | Buffer): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

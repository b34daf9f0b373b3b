import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds, as long as the test may take. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

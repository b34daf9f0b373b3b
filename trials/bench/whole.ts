import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { ingestLogins } from "../../functions/shared/logins";
import { treeBytes } from "../compare/processTree";

/** The most that was seen at one moment. */
export interface Whole {
  /** Of the loads, to the database. */
  readonly connections: number;
  /** Resident, of this process and all that it started: services, functions, PostgreSQL. What they share counts in each. */
  readonly bytes: number;
}

/**
 * Looks at the whole environment while something is under way: at the connections 20 times a second, and at the memory
 * four times, since that takes CPU from it.
 *
 * @returns what comes of it, and what was seen
 */
export async function watchWhole<T>(
  client: Client,
  underWay: Promise<T>,
): Promise<readonly [result: T, whole: Whole]> {
  const over = new AbortController();
  const ending = underWay.finally(() => over.abort());
  ending.catch(() => undefined); // It is awaited below, and may fail before.
  const whole = { connections: 0, bytes: 0 };
  for (let look = 0; !over.signal.aborted; look++) {
    const { rows } = await client.query<{ loads: number }>(
      "SELECT count(*)::int AS loads FROM pg_stat_activity WHERE usename = ANY ($1)",
      [ingestLogins],
    );
    whole.connections = Math.max(whole.connections, rows[0]!.loads);
    if (look % 5 === 0) whole.bytes = Math.max(whole.bytes, await treeBytes(process.pid));
    await sleep(50, undefined, { signal: over.signal }).catch(() => undefined);
  }
  return [await ending, whole];
}

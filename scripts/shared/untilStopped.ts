import { once } from "node:events";

/** Resolves at Ctrl-C. */
export async function untilStopped(stop: AbortSignal): Promise<void> {
  process.stderr.write("up until Ctrl-C\n");
  // An open handle: waiting for a signal alone doesn't keep the process alive.
  const alive = setInterval(() => undefined, 60_000);
  if (!stop.aborted) await once(stop, "abort");
  clearInterval(alive);
}

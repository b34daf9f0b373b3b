import { setTimeout as sleep } from "node:timers/promises";
import { type Environment, startEnvironment } from "../../local/environment";
import type { Session } from "../../local/session";
import type { Change } from "../../local/watch/watch";
import { startConsole } from "../../scripts/console/server";
import { outputReader, type stackOutputs } from "../../scripts/shared/stackOutputs";
import { keepEnvironment } from "./environment";

export type Entered = Awaited<ReturnType<typeof enterConsole>>;

/** Enters a console by the address that its command prints, as its page does. */
export async function enterConsole(address: string) {
  const { origin } = new URL(address);
  const entered = await fetch(address, { redirect: "manual" });
  const cookie = entered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const get = async (path: string): Promise<string> =>
    (await fetch(`${origin}${path}`, { headers: { cookie } })).text();
  const send = (method: string, path: string, body = "") =>
    fetch(`${origin}${path}`, { method, body, headers: { cookie, origin } });
  const post = async (path: string, form: Record<string, string> = {}): Promise<string> =>
    (await send("POST", path, new URLSearchParams(form).toString())).text();
  /** Asks again until the answer says so. */
  async function until(path: string, text: string): Promise<string> {
    for (;;) {
      const said = await get(path);
      if (said.includes(text)) return said;
      await sleep(200);
    }
  }
  return { origin, cookie, get, send, post, until };
}

/**
 * A console of an environment that nobody else hears of, up until the session closes.
 *
 * @param changes of its programs, as if they were watched
 * @param loginPorts of the test's own, as JSON: another environment may be waiting for a sign-in
 * @returns beside it what puts the process's environment back
 */
export async function startConsoleOf(session: Session, loginPorts: string, changes?: readonly Change[]) {
  const restore = keepEnvironment();
  const environment: Environment = await startEnvironment(session, {
    stack: "local",
    retryDelays: [10, 10],
    config: { "auth:loginPorts": loginPorts },
  });
  const readOutputs: typeof stackOutputs = (stack, project) =>
    Promise.resolve(outputReader(stack, project, environment.outputs[project]));
  Object.assign(process.env, environment.services.environment());
  const address = await startConsole(session, environment.stack, { readOutputs, changes });
  return { environment, address, readOutputs, restore };
}

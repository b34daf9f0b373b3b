import { type Environment, startEnvironment } from "../../local/environment";
import type { Session } from "../../local/session";
import type { Change } from "../../local/watch/watch";
import { startConsole } from "../../scripts/console/server";
import { outputReader, type stackOutputs } from "../../scripts/shared/stackOutputs";
import { keepEnvironment } from "./environment";

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

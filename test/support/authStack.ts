import { withContents } from "../../programs/archive";
import { answerOf, attributesOf } from "../../programs/attributes";
import { behave } from "../../local/behaviours";
import { evaluate } from "../../programs/evaluate";
import { scopeOf } from "../../programs/evaluateAll";
import { readStackConfig } from "../../programs/environments";
import { programs } from "../../programs/programs";
import { type Services, startServices } from "../../local/services";
import type { Session } from "../../local/session";
import type { Pool } from "../../scripts/cognito/admin";
import { Target } from "../../scripts/cognito/target";
import { outputReader } from "../../scripts/shared/stackOutputs";

/** The auth stack of the environment local without a database, up on this machine until the session closes. */
export interface AuthStack {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly services: Services;
  /** What the cognito command works on, with the env file given. */
  readonly target: (env: string) => Target;
}

export async function startAuthStack(
  session: Session,
  overrides: Record<string, string> = {},
): Promise<AuthStack> {
  const program = programs.find(({ project }) => project === "auth");
  if (!program) throw new Error("There is no project auth");
  const config = { ...readStackConfig("local"), "auth:databaseRoutes": "false", ...overrides };
  const scope = scopeOf("local", config);
  const services = await startServices(session, scope);
  const outputs = await evaluate(program, {
    stack: "local",
    config,
    world: {
      async create(resource) {
        const request = { ...resource, scope };
        const attributes = attributesOf(request);
        const read = await withContents(request, process.cwd());
        const { id, ...computed } = { ...attributes, ...(await behave(read, attributes, services)) };
        return { id, outputs: computed };
      },
      call: (token, inputs) => Promise.resolve(answerOf(token, scope, inputs)),
      stackOutputs: () => undefined,
    },
  });
  const target = (env: string): Target =>
    new Target(
      { stack: "local", stackNamed: true, env },
      () => Promise.resolve(outputReader("local", "auth", outputs)),
      () => services.environment(),
    );
  return { outputs, services, target };
}

/** The pool that the cognito command works on, with a client that lives as long as the session. */
export async function openPool(session: Session, target: Target): Promise<Pool> {
  const client = await target.connect();
  session.onClose(() => Promise.resolve(client.destroy()));
  return { client, UserPoolId: await target.userPoolId() };
}

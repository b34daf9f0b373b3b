import { type Environment, type EnvironmentOptions, startEnvironment } from "../../local/environment";
import { claimEnvironment } from "../../local/runningEnvironment";
import { Session } from "../../local/session";
import { formatDuration } from "./terminal";

type Chosen = Omit<EnvironmentOptions, "stack" | "onUp">;

/** Brings the environment local up, says so stack by stack on stderr, hands it over, and takes all of it down again. */
export async function withEnvironment<T>(
  options: Chosen,
  use: (environment: Environment, session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session();
  const onUp = (project: string, milliseconds: number): void => {
    process.stderr.write(`${project.padEnd(12)} up in ${formatDuration(milliseconds)}\n`);
  };
  try {
    if (options.stays) claimEnvironment(session, "local");
    return await use(await startEnvironment(session, { ...options, stack: "local", onUp }), session);
  } finally {
    await session.close();
  }
}

/** Where the parts of an environment on this machine answer. */
export function addresses({ services, database, outputs }: Environment): [string, string][] {
  const { server, user } = database;
  return [
    [
      "PostgreSQL",
      `postgresql://${user}@${server.host}:${server.port}/${server.database}?sslmode=verify-full`,
    ],
    ...bastionAddress(services.bastion),
    ["S3", services.s3.url],
    ["Lambda", services.lambda.url],
    ["Secrets Manager", services.secrets.url],
    ["SQS", services.queues.url],
    ["Cognito", services.cognito.url],
    ...(services.glue.jobNames.length > 0 ? [["Glue", services.glue.url] as [string, string]] : []),
    ["API", outputs.auth.apiUrl],
  ];
}

function bastionAddress(bastion: Environment["services"]["bastion"]): [string, string][] {
  if (!bastion) return [];
  return [["Bastion (SSH)", `${bastion.host}:${bastion.port}, process ${bastion.pid()}`]];
}

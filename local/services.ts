import type { Scope } from "../programs/attributes/table";
import { LocalApiGateway } from "./apigateway/server";
import { type LocalGlue, startGlue } from "./glue/server";
import { type LocalEc2, startEc2 } from "./ec2/server";
import { startLambda } from "./lambda/server";
import type { LocalLambda } from "./lambda/service";
import { LocalSchedules } from "./scheduler/schedules";
import { type LocalQueues, startQueues } from "./sqs/server";
import { type LocalS3, startS3 } from "./s3/server";
import { type LocalSecrets, startSecrets } from "./secretsmanager/server";
import type { LocalBastion } from "./bastion/bastion";
import { type LocalCognito, startCognito } from "./cognito/server";
import { scriptRunner } from "./glue/runner";
import type { LocalPostgres } from "./postgres/server";
import type { Session } from "./session";

/** What stands in for AWS's services in one environment. The last three start with the first resource of theirs. */
export interface Services {
  readonly session: Session;
  readonly s3: LocalS3;
  readonly secrets: LocalSecrets;
  readonly queues: LocalQueues;
  readonly schedules: LocalSchedules;
  readonly lambda: LocalLambda;
  readonly ec2: LocalEc2;
  readonly glue: LocalGlue;
  readonly cognito: LocalCognito;
  readonly apiGateway: LocalApiGateway;
  /** The public keys of key pairs, by name. */
  readonly keyPairs: Map<string, string>;
  /** Where the services are, as the variables that AWS's SDKs and CLI read. */
  readonly endpoints: () => Record<string, string>;
  /** Server parameters of the database, beside PostgreSQL's defaults. */
  readonly databaseParameters: Readonly<Record<string, string>>;
  database?: LocalDatabase;
  bastion?: LocalBastion;
}

/** The database with what it takes to sign in to it; the authority as PEM text. */
export interface LocalDatabase {
  readonly server: LocalPostgres;
  readonly user: string;
  readonly password: string;
  readonly ca: string;
}

/** How an environment here differs from a new account's, for those who try it. */
export interface ServiceOptions {
  /** Milliseconds before each retry of an asynchronous invocation. */
  readonly retryDelays?: readonly number[];
  /** Invocations of one function at once. */
  readonly concurrency?: number;
  readonly databaseParameters?: Readonly<Record<string, string>>;
}

export async function startServices(
  session: Session,
  scope: Scope,
  { databaseParameters = {}, retryDelays, concurrency }: ServiceOptions = {},
): Promise<Services> {
  const [s3, secrets, queues, ec2, cognito] = await Promise.all([
    startS3(session, scope),
    startSecrets(session, scope),
    startQueues(session, scope),
    startEc2(session),
    startCognito(session),
  ]);
  const endpoints = (): Record<string, string> => ({
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_SQS: queues.url,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_ENDPOINT_URL_GLUE: glue.url,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.url,
  });
  const lambda: LocalLambda = await startLambda(session, {
    ...scope,
    ...(retryDelays && { retryDelays }),
    ...(concurrency !== undefined && { concurrency }),
    // What the laptop adds to a function's environment: where AWS is, and whom to trust for the database.
    environment: () => ({
      ...endpoints(),
      ...(services.database && { DATABASE_CA: services.database.ca }),
    }),
  });
  const glue: LocalGlue = await startGlue(
    session,
    scriptRunner(session, scope.region, () => services),
  );
  const services: Services = {
    session,
    s3,
    secrets,
    queues,
    schedules: new LocalSchedules(session),
    lambda,
    ec2,
    glue,
    cognito,
    apiGateway: new LocalApiGateway(session, scope, { lambda, issuer: (pool) => cognito.issuer(pool) }),
    keyPairs: new Map(),
    databaseParameters,
    endpoints,
  };
  return services;
}

import * as path from "node:path";
import type { Scope } from "../programs/attributes/table";
import { LocalApiGateway } from "./apigateway/server";
import { type LocalGlue, startGlue } from "./glue/server";
import { type LocalEc2, startEc2 } from "./ec2/server";
import { startLambda } from "./lambda/server";
import type { LocalLambda } from "./lambda/service";
import { startLogs } from "./logs/server";
import { LocalSchedules } from "./scheduler/schedules";
import { type LocalQueues, startQueues } from "./sqs/server";
import { type LocalS3, startS3 } from "./s3/server";
import { type LocalSecrets, startSecrets } from "./secretsmanager/server";
import { freePort } from "./freePort";
import type { LocalBastion } from "./bastion/bastion";
import { type LocalCognito, startCognito } from "./cognito/server";
import { scriptRunner } from "./glue/runner";
import { type KeptData, openKeptData } from "./keptData";
import type { LocalConfig } from "./localConfig";
import type { LocalPostgres } from "./postgres/server";
import type { Session } from "./session";

/** What stands in for AWS's services in one environment. The last two start with the first resource of theirs. */
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
  /** What AWS's SDKs and CLI need in their environment to call the services: addresses, region and keys. */
  readonly environment: () => Record<string, string>;
  /** Server parameters of the database, beside PostgreSQL's defaults. */
  readonly databaseParameters: Readonly<Record<string, string>>;
  readonly keptData: KeptData | undefined;
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
  /** The folder in which the database and the files of the buckets outlive the environment; without one they don't. */
  readonly keepDataIn?: string | undefined;
  /** Where an app under development finds its services: a free port each unless told. */
  readonly ports?: Pick<LocalConfig, "cognitoPort" | "apiPort">;
}

export async function startServices(
  session: Session,
  scope: Scope,
  { databaseParameters = {}, retryDelays, concurrency, keepDataIn, ports = {} }: ServiceOptions = {},
): Promise<Services> {
  const keptData = keepDataIn === undefined ? undefined : openKeptData(session, keepDataIn);
  // The API comes up last: whether it can is told now.
  if (ports.apiPort !== undefined) await freePort(ports.apiPort);
  const [s3, secrets, queues, ec2, cognito] = await Promise.all([
    startS3(session, { ...scope, keepIn: keptData && path.join(keptData.dir, "s3") }),
    startSecrets(session, scope),
    startQueues(session, scope),
    startEc2(session),
    startCognito(session, undefined, ports.cognitoPort),
  ]);
  const environment = (): Record<string, string> => ({
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_SQS: queues.url,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_ENDPOINT_URL_GLUE: glue.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logsUrl,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.url,
    AWS_REGION: scope.region,
    // Python's SDK and version 1 of the CLI know this name only.
    AWS_DEFAULT_REGION: scope.region,
    AWS_ACCESS_KEY_ID: session.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.credentials.secretAccessKey,
  });
  const lambda: LocalLambda = await startLambda(session, {
    ...scope,
    ...(retryDelays && { retryDelays }),
    ...(concurrency !== undefined && { concurrency }),
    // What the laptop adds to a function's environment: where AWS is, and whom to trust for the database.
    environment: () => ({
      ...environment(),
      ...(services.database && { DATABASE_CA: services.database.ca }),
    }),
  });
  const glue: LocalGlue = await startGlue(
    session,
    scriptRunner(session, () => services),
  );
  const logsUrl = await startLogs(session, () => lambda.logGroups());
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
    apiGateway: new LocalApiGateway(session, scope, {
      lambda,
      issuer: (pool) => cognito.issuer(pool),
      port: ports.apiPort,
    }),
    keyPairs: new Map(),
    databaseParameters,
    keptData,
    environment,
  };
  return services;
}

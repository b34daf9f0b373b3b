import { readFileSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../infra/error";
import type { ArchiveFiles } from "../programs/archive";
import { type Attributes, type ResourceRequest, input } from "../programs/attributes/table";
import { putObject } from "./glue/runner";
import { launchInstance } from "./bastion/instance";
import { newPassword } from "./keptData";
import { startPostgres } from "./postgres/server";
import type { Services } from "./services";

/**
 * What a resource does on this machine, beside having attributes.
 * @returns outputs that replace those of the attribute table
 */
type Behaviour = (
  resource: ResourceRequest,
  attributes: Attributes,
  services: Services,
) => Promise<Record<string, unknown>>;

const behaviours: Readonly<Record<string, Behaviour>> = {
  async "aws:cognito/userPool:UserPool"({ inputs }, { id }, { cognito }) {
    return { endpoint: cognito.issuer(await cognito.createUserPool({ ...inputs, id })) };
  },

  "aws:cognito/userPoolClient:UserPoolClient"({ inputs }, { id }, { cognito }) {
    cognito.createUserPoolClient({ ...inputs, id });
    return Promise.resolve({ clientSecret: cognito.clientSecret(id) });
  },

  "aws:cognito/userGroup:UserGroup"({ inputs }, _attributes, { cognito }) {
    cognito.createGroup(inputs);
    return done;
  },

  "aws:cognito/resourceServer:ResourceServer"({ inputs }, _attributes, { cognito }) {
    cognito.createResourceServer(inputs);
    return done;
  },

  "aws:cognito/userPoolDomain:UserPoolDomain"({ inputs }, _attributes, { cognito }) {
    return Promise.resolve({ domain: cognito.createUserPoolDomain(inputs) });
  },

  async "aws:apigateway/restApi:RestApi"(r, { id }, { apiGateway }) {
    await apiGateway.putRestApi(id, input(r, "body"));
    return {};
  },

  "aws:apigateway/stage:Stage"(r, _attributes, { apiGateway }) {
    return Promise.resolve({
      invokeUrl: apiGateway.createStage(input(r, "restApi"), input(r, "stageName")),
    });
  },

  "aws:apigateway/methodSettings:MethodSettings"(r, _attributes, { apiGateway }) {
    const { throttlingRateLimit: rate, throttlingBurstLimit: burst } = r.inputs.settings as {
      throttlingRateLimit?: number;
      throttlingBurstLimit?: number;
    };
    if (rate !== undefined && burst !== undefined) {
      apiGateway.setThrottling(input(r, "restApi"), input(r, "stageName"), rate, burst);
    }
    return done;
  },

  async "aws:rds/instance:Instance"(r, attributes, services) {
    const { session, databaseParameters: parameters, keptData: kept } = services;
    const credentials = { user: input(r, "username"), password: kept?.password ?? newPassword() };
    const server = await startPostgres(session, {
      ...{ database: input(r, "dbName"), parameters, ...credentials },
      ...(kept && { keepIn: path.join(kept.dir, "postgres") }),
    });
    services.database = { server, ...credentials, ca: readFileSync(server.caFile, "utf8") };
    for (const { secretArn } of attributes.masterUserSecrets as { secretArn: string }[]) {
      const { user: username, password } = credentials;
      services.secrets.put(secretArn, JSON.stringify({ username, password }));
    }
    return { address: server.host, port: server.port, endpoint: `${server.host}:${server.port}` };
  },

  "aws:secretsmanager/secret:Secret"(_r, attributes, { secrets }) {
    secrets.declare(String(attributes.arn), String(attributes.name));
    return done;
  },

  "aws:ec2/keyPair:KeyPair"(r, attributes, { keyPairs }) {
    keyPairs.set(String(attributes.keyName), input(r, "publicKey"));
    return done;
  },

  "aws:ec2/instance:Instance": (r, _attributes, services) => launchInstance(r, services),

  // An instance here is reached where everything is.
  "aws:ec2/eip:Eip": () => Promise.resolve({ publicIp: "127.0.0.1" }),

  "aws:iam/rolePolicy:RolePolicy"(r, _attributes, { s3 }) {
    s3.callers.allow(input(r, "role"), input(r, "policy"), r.name);
    return done;
  },

  async "aws:lambda/function:Function"(r, attributes, services) {
    await services.lambda.putFunction({
      name: String(attributes.name),
      arn: String(attributes.arn),
      handler: input(r, "handler"),
      runtime: input(r, "runtime"),
      ...(r.inputs.loggingConfig as { logGroup?: string } | undefined),
      role: input(r, "role").split("/").at(-1) ?? "",
      memorySize: r.inputs.memorySize as number,
      timeout: r.inputs.timeout as number,
      ...(r.inputs.reservedConcurrentExecutions !== undefined && {
        reservedConcurrency: r.inputs.reservedConcurrentExecutions as number,
      }),
      environment:
        (r.inputs.environment as { variables?: Record<string, string> } | undefined)?.variables ?? {},
      files: r.inputs.code as ArchiveFiles,
    });
    return {};
  },

  async "aws:lambda/invocation:Invocation"(r, _attributes, { lambda }) {
    const functionName = input(r, "functionName");
    const answer = await lambda.invoke(functionName, JSON.parse(input(r, "input")));
    if (answer.functionError) {
      const { errorMessage } = JSON.parse(answer.payload) as { errorMessage: string };
      throw new GroundworkError(`Function ${functionName} failed while the stack came up: ${errorMessage}`);
    }
    return { result: answer.payload };
  },

  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig"(r, _attributes, { lambda }) {
    lambda.setRecursion(input(r, "functionName"), input(r, "recursiveLoop") as "Allow" | "Terminate");
    return done;
  },

  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"(r, _attributes, { lambda, queues }) {
    const { destinationConfig, maximumRetryAttempts } = r.inputs as {
      destinationConfig?: { onFailure?: { destination: string } };
      maximumRetryAttempts?: number;
    };
    const queue = destinationConfig?.onFailure?.destination.split(":").at(-1);
    lambda.setEventInvokeConfig(input(r, "functionName"), {
      maximumRetryAttempts: maximumRetryAttempts ?? 2,
      ...(queue !== undefined && { onFailure: (record) => void queues.send(queue, JSON.stringify(record)) }),
    });
    return done;
  },

  "aws:cloudwatch/eventRule:EventRule"(r, attributes, { schedules }) {
    schedules.createRule(String(attributes.name), input(r, "scheduleExpression"));
    return done;
  },

  "aws:cloudwatch/eventTarget:EventTarget"(r, _attributes, { schedules, lambda }) {
    const event = JSON.parse(input(r, "input")) as unknown;
    const functionArn = input(r, "arn");
    schedules.addTarget(input(r, "rule"), () => void lambda.invoke(functionArn, event, "Event"));
    return done;
  },

  "aws:sqs/queue:Queue"(_r, attributes, { queues }) {
    return Promise.resolve({ url: queues.createQueue(String(attributes.name)) });
  },

  "aws:s3/bucket:Bucket"(_r, attributes, { s3 }) {
    s3.createBucket(attributes.id);
    return done;
  },

  async "aws:s3/bucketObjectv2:BucketObjectv2"(r, _attributes, { s3, session }) {
    const content = (r.inputs.source as Uint8Array | undefined) ?? input(r, "content");
    await putObject(s3.url, session, { bucket: input(r, "bucket"), key: input(r, "key"), content });
    return {};
  },

  "aws:glue/job:Job"(r, attributes, { glue }) {
    const { command, defaultArguments, timeout, maxRetries, executionProperty } = r.inputs as {
      command: { scriptLocation: string };
      defaultArguments: Record<string, string>;
      timeout: number;
      maxRetries?: number;
      executionProperty?: { maxConcurrentRuns?: number };
    };
    glue.createJob({
      name: String(attributes.name),
      script: command.scriptLocation,
      modules: defaultArguments["--extra-py-files"]?.split(",") ?? [],
      defaultArguments,
      timeout,
      maxRetries: maxRetries ?? 0,
      maxConcurrentRuns: executionProperty?.maxConcurrentRuns ?? 1,
    });
    return done;
  },

  "aws:s3/bucketNotification:BucketNotification"(r, _attributes, { s3, lambda }) {
    const { lambdaFunctions } = r.inputs as {
      lambdaFunctions: {
        lambdaFunctionArn: string;
        events: string[];
        filterPrefix?: string;
        filterSuffix?: string;
      }[];
    };
    s3.clearNotification(input(r, "bucket"));
    for (const { lambdaFunctionArn, events, filterPrefix: prefix, filterSuffix: suffix } of lambdaFunctions) {
      const filter = {
        events,
        ...(prefix !== undefined && { prefix }),
        ...(suffix !== undefined && { suffix }),
      };
      s3.onObjectCreated(input(r, "bucket"), filter, (event, traceId) => {
        void lambda.accept(lambdaFunctionArn, JSON.stringify(event), "Event", traceId);
      });
    }
    return done;
  },
};

const done = Promise.resolve({});

/** Whose behaviour takes the place of what it did before, when it is carried out again with other inputs. */
const changeable = new Set([
  "aws:apigateway/methodSettings:MethodSettings",
  "aws:apigateway/restApi:RestApi",
  "aws:glue/job:Job",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:lambda/function:Function",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
  "aws:lambda/invocation:Invocation",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketObjectv2:BucketObjectv2",
]);

/** Of the others, those that may be made while the environment is up: nothing that programs read depends on when. */
const addable = new Set([
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:cognito/resourceServer:ResourceServer",
  "aws:cognito/userGroup:UserGroup",
  "aws:cognito/userPoolClient:UserPoolClient",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
]);

/** Whether a resource can be made, changed or removed in an environment that is up. */
export function isLive(type: string, what: "new" | "changed" | "removed"): boolean {
  if (behaviours[type] === undefined) return true;
  return what !== "removed" && (changeable.has(type) || (what === "new" && addable.has(type)));
}

/** Makes the resource do here what it does on AWS, where it does something; archives and assets have been read. */
export async function behave(
  resource: ResourceRequest,
  attributes: Attributes,
  services: Services,
): Promise<Record<string, unknown>> {
  return (await behaviours[resource.type]?.(resource, attributes, services)) ?? {};
}

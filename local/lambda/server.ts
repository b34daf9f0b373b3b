import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { zip } from "../../programs/archive";
import { AwsError, asAwsError, listen, readBody, sendJson } from "../http";
import { isSame } from "../isSame";
import type { Credentials, Session } from "../session";
import { checkSignature, sha256 } from "../signature";
import { prepareRuntime } from "./runtime";
import { type LambdaOptions, LocalLambda } from "./service";
import { type FunctionSpec, logGroupOf } from "./spec";

/** The largest body that is read at all; the service itself knows the quotas. */
const LARGEST_BODY = 16 * 1024 * 1024;

/**
 * Starts Lambda on this machine, behind its HTTP API: Invoke, GetFunction, GetFunctionConfiguration, ListFunctions.
 */
export async function startLambda(session: Session, options: LambdaOptions): Promise<LocalLambda> {
  const lambda = new LocalLambda(session, prepareRuntime(session), options);
  // In the address of each package, which is signed by itself on AWS.
  const ticket = randomBytes(32).toString("base64url");
  lambda.url = await listen(session, (request, response) =>
    handleApi({ lambda, ticket, credentials: session.credentials }, request, response),
  );
  session.onClose(() => lambda.close());
  return lambda;
}

interface Api {
  readonly lambda: LocalLambda;
  readonly ticket: string;
  readonly credentials: Credentials;
}

async function handleApi(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const [, folder, name = "", ticket = ""] = (request.url ?? "").split("/");
    if (folder === "packages" && isSame(ticket, api.ticket)) {
      response.writeHead(200, { "content-type": "application/zip" });
      return void response.end(packageOf(api.lambda.spec(name)).bytes);
    }
    const body = await readBody(request, LARGEST_BODY);
    const { credentials } = api;
    checkSignature(request, { credentials, service: "lambda", payloadHash: sha256(body) });
    await route(api, request, response, body.toString());
  } catch (error) {
    const { code, statusCode, message } = asAwsError(error);
    const type = statusCode >= 500 ? "Service" : "User";
    sendJson(response, statusCode, { Type: type, Message: message }, { "x-amzn-errortype": code });
  }
}

async function route(
  { lambda, ticket }: Api,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<void> {
  const path = (request.url ?? "").split("?")[0] ?? "";
  const match = /^\/2015-03-31\/functions\/?([^/]*)(?:\/(invocations|configuration))?\/?$/.exec(path);
  const name = decodeURIComponent(match?.[1] ?? "");
  const operation = `${request.method} ${match?.[2] ?? ""}`;
  if (match && operation === "POST invocations") return invoke(lambda, request, response, name, body);
  if (match && operation === "GET configuration") {
    return sendJson(response, 200, configuration(lambda.spec(name)));
  }
  if (match && operation === "GET " && name === "") {
    return sendJson(response, 200, { Functions: lambda.specs().map(configuration) });
  }
  if (match && operation === "GET ") {
    const spec = lambda.spec(name);
    return sendJson(response, 200, {
      Configuration: configuration(spec),
      Code: { RepositoryType: "S3", Location: `${lambda.url}/packages/${spec.name}/${ticket}` },
    });
  }
  throw new AwsError(
    "UnknownOperationException",
    404,
    `${request.method} ${path} is not served on this machine`,
  );
}

async function invoke(
  lambda: LocalLambda,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  body: string,
): Promise<void> {
  const header = (key: string) => request.headers[key] as string | undefined;
  const type = header("x-amz-invocation-type") ?? "RequestResponse";
  const payload = checkJson(body);
  if (type === "DryRun") {
    lambda.spec(name);
    response.writeHead(204).end();
    return;
  }
  if (type !== "RequestResponse" && type !== "Event") {
    throw new AwsError("InvalidParameterValueException", 400, `Unknown invocation type ${type}`);
  }
  const result = await lambda.accept(name, payload, type, header("x-amzn-trace-id"));
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "x-amzn-requestid": result.requestId,
    "x-amz-executed-version": "$LATEST",
  };
  if (result.functionError) headers["x-amz-function-error"] = result.functionError;
  if (type === "RequestResponse" && header("x-amz-log-type") === "Tail") {
    headers["x-amz-log-result"] = result.logTail.toString("base64");
  }
  response.writeHead(type === "Event" ? 202 : 200, headers).end(result.payload);
}

/** An empty body is an empty event. */
function checkJson(body: string): string {
  if (body === "") return "{}";
  try {
    JSON.parse(body);
    return body;
  } catch {
    const message = "Could not parse request body into json";
    throw new AwsError("InvalidRequestContentException", 400, message);
  }
}

/** By a function's files: their zip, made when somebody asks for the first time. */
const packages = new WeakMap<FunctionSpec["files"], { readonly bytes: Uint8Array; readonly hash: string }>();

function packageOf({ files }: FunctionSpec) {
  const kept = packages.get(files);
  if (kept) return kept;
  const bytes = zip(files);
  const made = { bytes, hash: createHash("sha256").update(bytes).digest("base64") };
  packages.set(files, made);
  return made;
}

function configuration(spec: FunctionSpec) {
  const { bytes, hash } = packageOf(spec);
  return {
    FunctionName: spec.name,
    FunctionArn: spec.arn,
    Runtime: spec.runtime,
    Handler: spec.handler,
    MemorySize: spec.memorySize,
    Timeout: spec.timeout,
    PackageType: "Zip",
    CodeSize: bytes.length,
    CodeSha256: hash,
    LoggingConfig: { LogFormat: "Text", LogGroup: logGroupOf(spec) },
    State: "Active",
    LastUpdateStatus: "Successful",
    Version: "$LATEST",
  };
}

import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { AwsError } from "../http";
import type { LocalLambda } from "../lambda/service";
import type { Caller } from "./authorize";
import type { Answer, GatewayResponseType } from "./gatewayResponse";

/** A request that a function answers. */
export interface ProxyRequest {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
  /** The document's path, and that of the request without its stage, as it was sent. */
  readonly template: string;
  readonly path: string;
  /** As they were sent. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Undefined behind no authorizer. */
  readonly caller: Caller | undefined;
  readonly api: {
    readonly id: string;
    readonly stage: string;
    readonly account: string;
    readonly requestId: string;
  };
}

/** Milliseconds that API Gateway waits for a function: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const longestWait = 29_000;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const proxyAnswer = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), scalar).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(scalar)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().optional(),
});

/** Hands a request to a function and takes over its answer, or says how API Gateway would answer instead. */
export async function proxied(
  lambda: Pick<LocalLambda, "invoke">,
  uri: string,
  call: ProxyRequest,
): Promise<Answer | GatewayResponseType> {
  const event = proxyEvent(call);
  if (event === undefined) return "BAD_REQUEST_PARAMETERS";
  const functionArn = /functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
  const over = new AbortController();
  const result = await Promise.race([
    lambda.invoke(functionArn, event).catch(unlessRefused),
    sleep(longestWait, undefined, { ref: false, signal: over.signal }),
  ]).finally(() => over.abort());
  if (result === undefined) return "INTEGRATION_TIMEOUT";
  if (result === null) return "INTEGRATION_FAILURE";
  const parsed =
    result.functionError === undefined ? proxyAnswer.safeParse(JSON.parse(result.payload)) : undefined;
  if (!parsed?.success) return "API_CONFIGURATION_ERROR";
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded = false } = parsed.data;
  const all = Object.entries({ ...headers, ...multiValueHeaders });
  return {
    status: statusCode,
    headers: Object.fromEntries(all.map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
  };
}

/** Null for what Lambda refuses, such as a call too many at once. */
function unlessRefused(error: unknown): null {
  if (!(error instanceof AwsError)) throw error;
  return null;
}

/**
 * The event of a Lambda proxy integration, format 1.0; undefined for a path whose percent signs mean nothing.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
function proxyEvent({ request, url, body, template, path, parameters, caller, api }: ProxyRequest) {
  const decoded = decodedParameters(parameters);
  if (decoded === undefined) return undefined;
  const headers = pairsOf(request.rawHeaders);
  const now = new Date();
  const method = request.method ?? "GET";
  return {
    resource: template,
    path,
    httpMethod: method,
    ...lastAndAll("headers", "multiValueHeaders", headers),
    ...lastAndAll("queryStringParameters", "multiValueQueryStringParameters", [...url.searchParams]),
    pathParameters: emptyIsNull(decoded),
    stageVariables: null,
    requestContext: {
      accountId: api.account,
      apiId: api.id,
      ...(caller && { authorizer: caller }),
      domainName: url.hostname,
      extendedRequestId: api.requestId,
      httpMethod: method,
      identity: { sourceIp: "127.0.0.1", userAgent: request.headers["user-agent"] ?? null },
      path: `/${api.stage}${path}`,
      protocol: "HTTP/1.1",
      requestId: api.requestId,
      requestTime: now.toUTCString(),
      requestTimeEpoch: now.getTime(),
      resourcePath: template,
      stage: api.stage,
    },
    body: body.length === 0 ? null : body.toString(),
    isBase64Encoded: false,
  };
}

function decodedParameters(parameters: Readonly<Record<string, string>>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    return undefined;
  }
}

/** `[name, value, name, value]` in pairs. */
function pairsOf(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as [string, string]] : [],
  );
}

/** Under one name the last value of each, under the other all of them; null where there is none. */
function lastAndAll(last: string, all: string, pairs: readonly (readonly [string, string])[]) {
  const lists = new Map<string, string[]>();
  for (const [name, value] of pairs) lists.set(name, [...(lists.get(name) ?? []), value]);
  return {
    [last]: emptyIsNull(Object.fromEntries(pairs)),
    [all]: emptyIsNull(Object.fromEntries(lists)),
  };
}

const emptyIsNull = <T extends object>(record: T): T | null =>
  Object.keys(record).length === 0 ? null : record;

import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { z } from "zod";
import { GroundworkError } from "../infra/error";
import type { Session } from "./session";

/** An error as an AWS service answers it: `code` is what SDK clients show as `error.name`. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    readonly statusCode: number,
    message: string,
    /** Members that a service adds to the error's body, such as the `Key` of S3's NoSuchKey. */
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Serves HTTP on 127.0.0.1 until the session closes, at a free port or the one given.
 * @returns the URL without a trailing slash. An IP address on purpose: SDK clients then use S3's path style.
 */
export async function listen(session: Session, handler: Handler, port = 0): Promise<string> {
  const server = createServer((request, response) => {
    // A handler answers its own errors; what arrives here is a connection that broke on the way.
    handler(request, response).catch(() => response.destroy());
  });
  // SDK clients keep connections open; a server that closes them first makes every later request a gamble.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new GroundworkError(`Port ${port} is in use: free it, or name another under local: in the config`);
  });
  session.onClose(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Whether the request is signed at all. Any credentials do here, but a client that sends none would be refused
 * by AWS, and should learn it on the laptop.
 */
export function isSigned(request: IncomingMessage, query?: URLSearchParams): boolean {
  return request.headers.authorization !== undefined || query?.has("X-Amz-Signature") === true;
}

/**
 * Reads a whole body into memory, for requests that are small by nature.
 * @throws AwsError (413) above `limit` bytes
 */
export async function readBody(request: IncomingMessage, limit = 10 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Go on reading: a client that is still sending would see a broken connection instead of the answer.
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) {
    throw new AwsError("RequestTooLargeException", 413, `${size} byte payload is too large (limit ${limit})`);
  }
  return Buffer.concat(chunks);
}

type Operation = (input: unknown) => unknown;

/** One operation of a JSON service: its input checked against `schema`, its output anything JSON can hold. */
export function operation<T>(schema: z.ZodType<T>, run: (input: T) => unknown): Operation {
  return (input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(parsed.data);
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new AwsError("ValidationException", 400, problems.join("; "));
  };
}

/**
 * Serves a service of AWS's JSON protocol, where the header `X-Amz-Target` names the operation.
 * @returns its URL
 */
export function listenJson(
  session: Session,
  operations: Readonly<Record<string, Operation>>,
): Promise<string> {
  return listen(session, async (request, response) => {
    try {
      sendJson(response, 200, await runOperation(request, operations));
    } catch (error) {
      const failure = asAwsError(error);
      sendJson(response, failure.statusCode, { __type: failure.code, message: failure.message });
    }
  });
}

async function runOperation(
  request: IncomingMessage,
  operations: Readonly<Record<string, Operation>>,
): Promise<unknown> {
  const body = await readBody(request);
  if (!isSigned(request)) {
    throw new AwsError("MissingAuthenticationTokenException", 403, "Missing Authentication Token");
  }
  const name = String(request.headers["x-amz-target"]).split(".").pop() ?? "";
  const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!run) throw new AwsError("UnknownOperationException", 400, `${name} is not served on this machine`);
  return run(parseJson(body));
}

/** @throws AwsError for what isn't JSON; nothing is as good as an empty object */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString() || "{}");
  } catch {
    throw new AwsError("SerializationException", 400, "The request body is not JSON");
  }
}

/** Any error as an AWS answer; one that no service raised on purpose is a 500. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AwsError("InternalError", 500, message);
}

export function sendJson(
  response: ServerResponse,
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body ?? {});
  response.writeHead(statusCode, { "content-type": "application/x-amz-json-1.1", ...headers });
  response.end(text);
}

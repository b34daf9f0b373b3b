import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort } from "./freePort";
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

/** What may call a server beside programs of this machine and pages of its own, and where it listens. */
interface ListenOptions {
  /** Whether pages of an origin, such as `http://localhost:5173`, may call; default none. */
  readonly isOfApp?: (origin: string) => boolean;
  /** Default a free one. */
  readonly port?: number | undefined;
}

/**
 * Serves HTTP on 127.0.0.1 until the session closes, for programs of this machine and for pages of the server's own. A page of another site reaches the port as well: by a name that it lets lead here, or as another
 * origin. Both are refused.
 *
 * @returns the URL without a trailing slash. An IP address on purpose: SDK clients then use S3's path style.
 */
export async function listen(
  session: Session,
  handler: Handler,
  { isOfApp = () => false, port = 0 }: ListenOptions = {},
): Promise<string> {
  const server = createServer((request, response) => {
    const stranger = strangerOf(request, isOfApp);
    if (stranger !== undefined) {
      response.writeHead(403, { "content-type": "text/plain;charset=UTF-8", connection: "close" });
      response.end(`${stranger} may not call the environment on this machine.\n`);
      return;
    }
    // A handler answers its own errors; what arrives here is a connection that broke on the way.
    handler(request, response).catch(() => response.destroy());
  });
  // SDK clients keep connections open; a server that closes them first makes every later request a gamble.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  if (port !== 0) await freePort(port);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  session.onClose(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The host or origin by which somebody calls who may not. */
function strangerOf(
  { headers, socket }: IncomingMessage,
  isOfApp: (origin: string) => boolean,
): string | undefined {
  const { host = "", origin } = headers;
  const names = ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${socket.localPort}`);
  if (!names.includes(host.toLowerCase())) return `The host ${JSON.stringify(host)}`;
  const isOwn = origin === undefined || origin === `http://${host.toLowerCase()}` || isOfApp(origin);
  return isOwn ? undefined : `The origin ${JSON.stringify(origin)}`;
}

/** The address at a server that a request asks for. A path may begin with two slashes, behind which no host stands. */
export function addressOf({ url: target = "/" }: IncomingMessage, server: string): URL {
  if (target.startsWith("/")) return new URL(server + target);
  return new URL(URL.canParse(target) ? target : server);
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

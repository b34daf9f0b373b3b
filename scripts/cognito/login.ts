import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { GroundworkError } from "../../infra/error";
import { type HostedUi, type SignInRequest, codeOf, exchange, newSignIn } from "./hostedSignIn";
import type { Tokens } from "./tokens";

interface LoginOptions {
  /** Separated by blanks; all that the client may have unless given. */
  readonly scopes: readonly string[];
  /** Shows the address to a browser or to a person. */
  readonly show: (url: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** How long a person may take, milliseconds: the sign-in page itself is good for less. */
const patience = 10 * 60_000;

/** Signs a person in with the browser: the code comes back to a port of this machine. */
export async function login(hostedUi: HostedUi, options: LoginOptions): Promise<Tokens> {
  const { servers, redirectUri } = await listenForAnswer(hostedUi.callbackUrls);
  try {
    const request = newSignIn(hostedUi, redirectUri, options.scopes);
    const answer = codeOfAnswer(servers, request);
    const stopped = AbortSignal.any([options.signal, AbortSignal.timeout(patience)]);
    await options.show(request.url);
    const code = await Promise.race([answer, rejectAt(stopped)]);
    return await exchange(request, code);
  } finally {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}

/** Listens at the first of the addresses whose port is free, on both loopbacks: a browser tries either first. */
async function listenForAnswer(
  callbackUrls: readonly string[],
): Promise<{ servers: Server[]; redirectUri: string }> {
  for (const redirectUri of callbackUrls) {
    const port = Number(new URL(redirectUri).port);
    const outcomes = [await listenOn("127.0.0.1", port), await listenOn("::1", port)];
    const servers = outcomes.filter((outcome) => typeof outcome !== "string");
    if (servers.length > 0 && !outcomes.includes("EADDRINUSE")) return { servers, redirectUri };
    for (const server of servers) server.close();
  }
  const ports = callbackUrls.map((url) => new URL(url).port).join(", ");
  throw new GroundworkError(
    `The ports ${ports} are all in use: free one, or name others in auth:loginPorts and deploy the stack`,
  );
}

/** @returns why not, where it can't: EADDRINUSE, or what a machine without that loopback says */
function listenOn(host: string, port: number): Promise<Server | string> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    server.listen(port, host, () => resolve(server));
  });
}

/** The code that the browser comes back with; it is told how it went. Others who call are turned away. */
function codeOfAnswer(servers: readonly Server[], request: SignInRequest): Promise<string> {
  const { redirectUri, state } = request;
  const answer = new Promise<string>((resolve, reject) => {
    const answerTo = ({ url }: IncomingMessage, response: ServerResponse): void => {
      const address = new URL(url ?? "/", redirectUri);
      const send = (status: number, text: string): void => {
        response.writeHead(status, { "content-type": "text/plain;charset=UTF-8", connection: "close" });
        response.end(`${text}\n`);
      };
      if (address.pathname !== new URL(redirectUri).pathname) return send(404, "Not the page you look for.");
      // Any page can send a browser here, but none knows the state.
      if (address.searchParams.get("state") !== state) return send(400, "No sign-in waits for this answer.");
      try {
        const code = codeOf(request, address);
        response.once("finish", () => resolve(code));
        send(200, "You are signed in. You can close this window and go back to the terminal.");
      } catch (error) {
        response.once("finish", () => reject(error instanceof Error ? error : new Error(String(error))));
        send(400, (error as Error).message);
      }
    };
    for (const server of servers) server.on("request", answerTo);
  });
  answer.catch(() => undefined); // Whoever waits for it is told; a stop may have come first.
  return answer;
}

function rejectAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => {
      const { name } = signal.reason as Error;
      reject(
        name === "TimeoutError"
          ? new GroundworkError("Nobody signed in within ten minutes: begin again with login")
          : (signal.reason as Error),
      );
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

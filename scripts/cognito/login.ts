import { type Server, createServer } from "node:http";
import { GroundworkError } from "../../infra/error";
import { type HostedUi, codeOf, exchange, newSignIn } from "./hostedSignIn";
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
  const { server, redirectUri } = await listenForAnswer(hostedUi.callbackUrls);
  try {
    const request = newSignIn(hostedUi, redirectUri, options.scopes);
    const answer = addressOfAnswer(server, redirectUri, (address) => codeOf(request, address));
    const stopped = AbortSignal.any([options.signal, AbortSignal.timeout(patience)]);
    await options.show(request.url);
    const code = await Promise.race([answer, rejectAt(stopped)]);
    return await exchange(request, code);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Listens at the first of the addresses whose port is free. */
async function listenForAnswer(
  callbackUrls: readonly string[],
): Promise<{ server: Server; redirectUri: string }> {
  for (const redirectUri of callbackUrls) {
    const server = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(Number(new URL(redirectUri).port), "127.0.0.1", () => resolve(true));
    });
    if (listening) return { server, redirectUri };
  }
  const ports = callbackUrls.map((url) => new URL(url).port).join(", ");
  throw new GroundworkError(
    `The ports ${ports} are all in use: free one, or name others in auth:loginPorts and deploy the stack`,
  );
}

/** What `read` finds in the address that the browser comes back with; the browser is told how it went. */
function addressOfAnswer(
  server: Server,
  redirectUri: string,
  read: (address: URL) => string,
): Promise<string> {
  const answer = new Promise<string>((resolve, reject) => {
    server.on("request", (request, response) => {
      const address = new URL(request.url ?? "/", redirectUri);
      const send = (status: number, text: string): void => {
        response.writeHead(status, { "content-type": "text/plain;charset=UTF-8", connection: "close" });
        response.end(`${text}\n`);
      };
      if (address.pathname !== new URL(redirectUri).pathname) return send(404, "Not the page you look for.");
      try {
        const found = read(address);
        response.once("finish", () => resolve(found));
        send(200, "You are signed in. You can close this window and go back to the terminal.");
      } catch (error) {
        response.once("finish", () => reject(error instanceof Error ? error : new Error(String(error))));
        send(400, (error as Error).message);
      }
    });
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

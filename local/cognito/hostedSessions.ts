import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isSame } from "../isSame";
import { type Pool, type User, now } from "./store";

interface HostedSession {
  readonly pool: Pool;
  readonly user: User;
  readonly authTime: number;
}

/** Seconds that a browser stays signed in at the hosted UI, as on AWS. */
const lifetime = 3600;

/** Who is signed in at the hosted UI with which browser: by a cookie. */
export class HostedSessions {
  private readonly sessions = new Map<string, HostedSession>();

  open(pool: Pool, user: User): { cookie: string; authTime: number } {
    const id = randomBytes(24).toString("base64url");
    const authTime = now();
    this.sessions.set(id, { pool, user, authTime });
    return { cookie: cookie(id, lifetime), authTime };
  }

  find(request: IncomingMessage, pool: Pool): HostedSession | undefined {
    const session = this.sessions.get(valueOf(request, "cognito") ?? "");
    if (session?.pool !== pool || session.authTime + lifetime <= now()) return undefined;
    const { user } = session;
    return user.enabled && pool.users.get(user.username) === user ? session : undefined;
  }

  /** @returns the cookie that takes the browser's away */
  close(request: IncomingMessage): string {
    this.sessions.delete(valueOf(request, "cognito") ?? "");
    return cookie("", 0);
  }
}

const cookie = (id: string, seconds: number): string =>
  `cognito=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;

function valueOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = (headers.cookie ?? "").split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([one]) => one === name)?.[1];
}

/** What a form has to send along: the browser's own, so that its pages in other tabs stay good; or a new one. */
export function csrfOf(request: IncomingMessage): string {
  const known = valueOf(request, "XSRF-TOKEN") ?? "";
  return /^[\w-]{24}$/.test(known) ? known : randomBytes(18).toString("base64url");
}

/** Another site can make a browser post a form, but not know what stands in its cookie. */
export function isOwnForm(request: IncomingMessage, form: URLSearchParams): boolean {
  const known = valueOf(request, "XSRF-TOKEN") ?? "";
  return known !== "" && isSame(form.get("_csrf") ?? "", known);
}

export function sendPage(response: ServerResponse, status: number, page: string, csrf?: string): void {
  if (csrf !== undefined) {
    response.appendHeader("set-cookie", `XSRF-TOKEN=${csrf}; Path=/; HttpOnly; SameSite=Lax`);
  }
  response.writeHead(status, {
    "content-type": "text/html;charset=UTF-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  response.end(page);
}

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as path from "node:path";
import { AwsError, addressOf, listen, readBody } from "../../local/http";
import { isSame } from "../../local/isSame";
import { own } from "../../local/own";
import type { Session } from "../../local/session";
import type { Change } from "../../local/watch/watch";
import { stackOutputs } from "../shared/stackOutputs";
import type { Area, Panel } from "./area";
import { Connections } from "./connections";
import { inTime, sentence } from "./failure";
import type { Html } from "./html";
import { lockedPage, page, problem } from "./page";

/** What the browser is held to on every answer: nothing from elsewhere, nothing inline, nobody's frame. */
const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

const assets: Readonly<Record<string, string>> = {
  "/style.css": "text/css;charset=UTF-8",
  "/client.js": "text/javascript;charset=UTF-8",
};

/** The areas, loaded when the first of their pages is asked for: whoever starts an environment doesn't wait for them. */
const areas: Readonly<Record<string, () => Promise<Area>>> = {
  map: async () => (await import("./panels/map")).map,
  files: async () => (await import("./panels/files")).files,
  job: async () => (await import("./panels/job")).job,
  tables: async () => (await import("./panels/tables")).tables,
  table: async () => (await import("./panels/tables")).table,
  functions: async () => (await import("./panels/functions")).functions,
  watch: async () => (await import("./panels/watch")).watch,
  users: async () => (await import("./panels/users")).users,
  api: async () => (await import("./panels/api")).api,
};

interface ConsoleOptions {
  readonly readOutputs?: typeof stackOutputs;
  /** Of the programs, where they are watched: the newest first. */
  readonly changes?: readonly Change[] | undefined;
}

/** The largest form. */
const formLimit = 64 * 1024;

/**
 * Serves the console of an environment on 127.0.0.1 until the session closes. The process has entered AWS before
 * (`enterAws`): what is called, and by whose keys, stands in its environment.
 *
 * The address that it answers with lets its browser in: the random token in it is exchanged for a cookie that no
 * script and no other site can use. `listen` refuses other hosts' names and origins; what changes anything has to name
 * its origin, because a page of another port of this machine is of the same site.
 */
export async function startConsole(
  session: Session,
  stack: string,
  { readOutputs = stackOutputs, changes }: ConsoleOptions = {},
): Promise<string> {
  const connections = new Connections(stack, session.dir, readOutputs, changes);
  session.onClose(() => Promise.resolve(connections.close()));
  const [token, ticket] = [secret(), secret()];
  const url: string = await listen(session, async (request, response) => {
    const address = addressOf(request, url);
    const cookie = `groundwork-${new URL(url).port}`;
    if (address.pathname === "/" && isSame(address.searchParams.get("token") ?? "", token)) {
      response.setHeader("set-cookie", `${cookie}=${ticket}; Path=/; HttpOnly; SameSite=Strict`);
      return void response.writeHead(303, { ...headers, location: "/files" }).end();
    }
    if (!isSame(cookiesOf(request).get(cookie) ?? "", ticket)) {
      return send(
        response,
        401,
        lockedPage("Open the whole address that the terminal shows: it lets you in."),
      );
    }
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!isRead && request.headers.origin !== url) {
      return send(response, 403, problem("Only this page itself may change anything."));
    }
    await answer(connections, address, request, response);
  });
  return `${url}/?token=${token}`;
}

const secret = (): string => randomBytes(32).toString("base64url");

function cookiesOf({ headers: { cookie = "" } }: IncomingMessage): Map<string, string> {
  return new Map(
    cookie.split(";").map((pair): [string, string] => {
      const [name = "", value = ""] = pair.trim().split("=", 2);
      return [name, value];
    }),
  );
}

async function answer(
  connections: Connections,
  { pathname, searchParams: query }: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = assets[pathname];
  if (type !== undefined) {
    response.writeHead(200, { ...headers, "content-type": type });
    return void response.end(readFileSync(path.join(__dirname, pathname)));
  }
  const [, name = "", part] = pathname.split("/");
  if (pathname === "/") return void response.writeHead(303, { ...headers, location: "/files" }).end();
  const { stack, changes } = connections;
  const whole = (title: string, body: Html): Html =>
    page({ stack, name, title, body, isWatched: changes !== undefined });
  /** For who went there, with the way back around it. */
  const told = (status: number, said: Html): void =>
    send(response, status, request.headers["sec-fetch-mode"] === "navigate" ? whole("Console", said) : said);
  const notFound = (): void => told(404, problem("There is no such page."));
  const load = own(areas, name);
  if (!load) return notFound();
  try {
    if (request.method === "PUT" && pathname === "/files/upload") {
      const { takeFile } = await import("./panels/upload");
      return send(response, 200, await takeFile(connections, query.get("name") ?? "", request));
    }
    if (request.method === "GET" && pathname === "/job/rejects.csv") {
      const { sendRejects } = await import("./panels/rejectsFile");
      return await sendRejects(connections, query, response, headers);
    }
    const area = await load();
    if (request.method === "GET" && part === undefined) {
      return send(response, 200, whole(area.title, area.page(query)));
    }
    const members: Area["panels"] | Area["actions"] =
      request.method === "GET" ? area.panels : request.method === "POST" ? area.actions : {};
    const member = own<Area["panels"][string] | Area["actions"][string]>(members, part ?? "");
    if (!member) return notFound();
    const form = new URLSearchParams((await readBody(request, formLimit)).toString());
    const made = await inTime<Panel | Html>(member({ connections, query, form }));
    if (!("body" in made)) return send(response, 200, made);
    send(response, 200, made.body, made.again);
  } catch (error) {
    // Told in its own place: the rest of the page goes on.
    if (response.headersSent) return void response.destroy();
    const said = problem(sentence(error, name === "users" ? "Cognito" : "AWS"));
    told(error instanceof AwsError ? error.statusCode : 502, said);
  }
}

function send(response: ServerResponse, status: number, { text }: Html, again?: number): void {
  response.writeHead(status, {
    ...headers,
    "content-type": "text/html;charset=UTF-8",
    ...(again !== undefined && { "x-again": String(again) }),
  });
  response.end(text);
}

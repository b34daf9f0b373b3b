import { type Route, nameOf, routes } from "../../../infra/auth/apiRoutes";
import { GroundworkError } from "../../../infra/error";
import { type ActualMatrix, type ExpectedRow, matrixRows, tokenKinds } from "../../cognito/matrix";
import type { Area, Panel } from "../area";
import type { Connections } from "../connections";
import { sentence } from "../failure";
import { type Html, html } from "../html";
import { dataTable, done, panel, problem } from "../page";

/** Most of an answer that is shown, in characters. */
const shown = 20_000;

const callers = ["access", "id"] as const;

/** The API's routes, to be called as nobody or as somebody who signed in. */
export const api: Area = {
  title: "API",
  page: () =>
    html`${panel("Call a route", "/api/routes")}
      <section>
        <h2>Answer</h2>
        <div id="answer" role="status">
          <p class="quiet">Send a call, and what the API answers stands here.</p>
        </div>
      </section>
      ${panel("Every route with every kind of token", "/api/matrix")}`,
  panels: {
    async routes({ connections }): Promise<Panel> {
      const url = await connections.apiUrl();
      const deployed = await connections.routes();
      const rows = deployed.map((name) => {
        const route = routes.find((each) => nameOf(each) === name);
        return route
          ? [name, route.summary, checkedBy(route)]
          : [name, "saved since the console was started", ""];
      });
      const who = [...connections.signedIn.keys()].flatMap((username) =>
        callers.map((token) => [
          `${token} ${username}`,
          `${username}, by ${token === "id" ? "ID" : "access"} token`,
        ]),
      );
      const nobody =
        who.length === 0 &&
        html`<p class="quiet">To call as a user, <a href="/users">sign one in</a> first.</p>`;
      return {
        body: html`<p class="quiet">${url}</p>
          ${dataTable("Routes", ["Route", "What it does", "Checked by"], rows)}
          <form method="post" action="/api/send" data-into="answer">
            <label
              >Route<select name="route">
                ${deployed.map((name) => html`<option>${name}</option>`)}
              </select></label
            >
            <label
              >As<select name="as">
                <option value="">nobody</option>
                ${who.map(([value, label]) => html`<option value="${value}">${label}</option>`)}
              </select></label
            >
            <button>Send</button>
          </form>
          ${nobody}`,
      };
    },
    matrix: ({ connections }) => Promise.resolve(matrixPanel(checks.get(connections))),
  },
  actions: {
    async check({ connections }): Promise<Html> {
      const running = checks.get(connections);
      if (running && running.end === undefined) return done("It is running.");
      const { checkApi, expectedOf } = await import("../../cognito/checkApi");
      const { target, pool } = await connections.users();
      const expected = await expectedOf(target);
      const check: Check = { expected, done: 0 };
      checks.set(connections, check);
      const update = (calls: number): void => void (check.done = calls);
      // The panel shows how it goes on, and how it ends.
      checkApi(target, pool, expected, { update }, connections.closed).then(
        (matrix) => (check.end = matrix),
        (error: unknown) => (check.end = error as Error),
      );
      return done("The calls are on their way.");
    },
    async send({ connections, form }): Promise<Html> {
      // The console calls nothing but the API's own routes.
      const name = form.get("route") ?? "";
      if (!(await connections.routes()).includes(name))
        throw new GroundworkError("There is no such route: load the page again");
      const [method = "", path = ""] = name.split(" ");
      const { example } = routes.find((each) => nameOf(each) === name) ?? {};
      const authorization = tokenOf(form.get("as") ?? "", connections.signedIn);
      const response = await fetch(`${await connections.apiUrl()}${example?.path ?? path}`, {
        method,
        redirect: "manual",
        headers: authorization === undefined ? {} : { authorization },
      });
      const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
      const body = (await response.text()).slice(0, shown);
      return html`<p><strong>${response.status}</strong> ${name}</p>
        <pre>${`${headers}\n${body}`}</pre>`;
    },
  },
};

/** A check that runs, or has ended. */
interface Check {
  readonly expected: readonly ExpectedRow[];
  done: number;
  end?: ActualMatrix | Error;
}

/** The last one of each console. */
const checks = new WeakMap<Connections, Check>();

/** The answers of the last check, or how far it is. */
function matrixPanel(check: Check | undefined): Panel {
  const start = html`<form method="post" action="/api/check"><button>Check them all</button></form>`;
  const what = html`<p class="quiet">
    Two users are made for it, and deleted in the end. <code>npm run cognito -- check-api</code> is the same.
  </p>`;
  if (!check) return { body: html`${what}${start}` };
  const { expected, done: calls, end } = check;
  const callCount = expected.length * tokenKinds.length;
  if (end === undefined)
    return {
      body: html`<progress max="${callCount}" value="${calls}" aria-label="Calls"></progress>
        <p class="quiet">${calls} of ${callCount} calls</p>`,
      again: 500,
    };
  if (end instanceof Error) return { body: html`${problem(sentence(end, "Cognito"))}${start}` };
  const { rows, wrong } = matrixRows(expected, end);
  const cells = rows.map((row) =>
    row.map((cell) => (cell.includes("not ") ? html`<strong class="error">${cell}</strong>` : cell)),
  );
  const said =
    wrong === 0
      ? done("Every answer is as expected.")
      : problem(`${wrong} answers are not as expected: they are marked.`);
  return { body: html`${said}${dataTable("Answers", ["Route", ...tokenKinds], cells)}${start}` };
}

function checkedBy({ authorizer }: Route): string {
  if (authorizer.kind === "group") return `the group authorizer: ${authorizer.passes}`;
  return authorizer.scopes.length === 0
    ? "Cognito: an ID token"
    : `Cognito: scope ${authorizer.scopes.join(", ")}`;
}

/** @throws GroundworkError for somebody who isn't signed in */
function tokenOf(
  caller: string,
  signedIn: ReadonlyMap<string, { readonly accessToken: string; readonly idToken?: string | undefined }>,
): string | undefined {
  if (caller === "") return undefined;
  const [kind, username = ""] = caller.split(/ (.*)/s);
  const tokens = signedIn.get(username);
  const token = kind === "id" ? tokens?.idToken : tokens?.accessToken;
  if (token === undefined)
    throw new GroundworkError(`${username} is not signed in: do that on the users’ page`);
  return token;
}

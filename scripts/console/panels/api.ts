import { nameOf, routes } from "../../../infra/auth/apiRoutes";
import { GroundworkError } from "../../../infra/error";
import type { Area, Panel } from "../area";
import { type Html, html } from "../html";
import { dataTable, panel } from "../page";

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
      </section>`,
  panels: {
    async routes({ connections }): Promise<Panel> {
      const url = await connections.apiUrl();
      const rows = routes.map((route) => [nameOf(route), route.summary]);
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
          ${dataTable("Routes", ["Route", "What it does"], rows)}
          <form method="post" action="/api/send" data-into="answer">
            <label
              >Route<select name="route">
                ${routes.map((route, at) => html`<option value="${at}">${nameOf(route)}</option>`)}
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
  },
  actions: {
    async send({ connections, form }): Promise<Html> {
      // By its place in the list: the console calls nothing but the API's own routes.
      const route = routes[Number(form.get("route"))];
      if (!route) throw new GroundworkError("There is no such route: load the page again");
      const authorization = tokenOf(form.get("as") ?? "", connections.signedIn);
      const response = await fetch(`${await connections.apiUrl()}${route.example?.path ?? route.path}`, {
        method: route.method.toUpperCase(),
        redirect: "manual",
        headers: authorization === undefined ? {} : { authorization },
      });
      const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
      const body = (await response.text()).slice(0, shown);
      return html`<p><strong>${response.status}</strong> ${nameOf(route)}</p>
        <pre>${`${headers}\n${body}`}</pre>`;
    },
  },
};

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

import { GroundworkError } from "../../../infra/error";
import type { HostedUi } from "../../cognito/hostedSignIn";
import type { Area, Panel } from "../area";
import type { Connections } from "../connections";
import { type Html, html } from "../html";
import { dataTable, done, panel } from "../page";

/** Milliseconds to the next look at who is signed in: somebody may come back from the hosted UI. */
const again = 2000;

/** The users of the pool, their groups, and what their tokens say. */
export const users: Area = {
  title: "Users",
  page: (query) =>
    html`${panel("Users", `/users/list?token=${encodeURIComponent(query.get("token") ?? "")}`)}
      <section>
        <h2>Add or change</h2>
        ${form("create", "Create a user", [
          ["username", "User name"],
          ["password", "Password", "password"],
        ])}
        ${form("password", "Set a password", [
          ["username", "User name"],
          ["password", "New password", "password"],
        ])}
        ${form("group", "Create a group", [["group", "Group"]])}
        ${form("member", "Add to a group", [
          ["username", "User name"],
          ["group", "Group"],
        ])}
      </section>
      <section>
        <h2>Sign in</h2>
        <p class="quiet">The tokens stay in the console’s memory; the API page calls with them.</p>
        ${form("signIn", "Sign in", [
          ["username", "User name"],
          ["password", "Password", "password"],
        ])}
        <p class="quiet">Only a token of the hosted UI carries the API’s own scopes.</p>
        ${form("hosted", "Sign in at the hosted UI", [])}
      </section>
      ${panel("What the tokens say", "/users/tokens")}`,
  panels: {
    async list({ connections, query }): Promise<Panel> {
      const { listGroups, listGroupsForUser, listSomeUsers } = await import("../../cognito/admin");
      const { pool } = await connections.users();
      const token = query.get("token") ?? "";
      const { users: found, next } = await listSomeUsers(pool, token === "" ? undefined : token);
      const groups = (await listGroups(pool)).map(({ name }) => name);
      const known = html`<p class="quiet">Groups: ${groups.length === 0 ? "none" : groups.join(", ")}</p>`;
      if (found.length === 0)
        return {
          body: html`<p>No user yet: create one below.</p>
            ${known}`,
        };
      const rows: string[][] = [];
      // One after the other: Cognito allows few calls a second.
      for (const { username, status, attributes } of found) {
        const own = await listGroupsForUser(pool, username);
        const others = Object.entries(attributes).filter(([name]) => name !== "sub");
        rows.push([
          username,
          status,
          own.map(({ name }) => name).join(", "),
          others.map(([name, value]) => `${name}=${value}`).join(", "),
        ]);
      }
      const more =
        next !== undefined && html`<p><a href="/users?token=${encodeURIComponent(next)}">Next</a></p>`;
      return {
        body: html`${dataTable("Users", ["Name", "Status", "Groups", "Attributes"], rows)}${more}${known}`,
      };
    },
    async tokens({ connections }): Promise<Panel> {
      const { claimsOf } = await import("../../cognito/tokens");
      if (connections.signedIn.size === 0) {
        return {
          body: html`<p class="quiet">
            Nobody is signed in: sign a user in above, and his tokens are decoded here.
          </p>`,
          again,
        };
      }
      const all = [...connections.signedIn].map(([username, { accessToken, idToken }]) => {
        const said = (name: string, token: string): Html =>
          html`<h3>${username}: ${name}</h3>
            <pre>${JSON.stringify(claimsOf(token), null, 2)}</pre>`;
        return html`${said("access token", accessToken)}${idToken !== undefined && said("ID token", idToken)}`;
      });
      return { body: html`${all}`, again };
    },
  },
  actions: {
    async create({ connections, form: given }): Promise<Html> {
      const { createUser } = await import("../../cognito/admin");
      const [username, password] = [text(given, "username"), text(given, "password")];
      const { pool } = await connections.users();
      await createUser(pool, { username, password, temporary: false, attributes: {} });
      return done(`${username} is there, and can sign in.`);
    },
    async password({ connections, form: given }): Promise<Html> {
      const { setPassword } = await import("../../cognito/admin");
      const [username, password] = [text(given, "username"), text(given, "password")];
      await setPassword((await connections.users()).pool, { username, password, temporary: false });
      return done(`${username} has the new password.`);
    },
    async group({ connections, form: given }): Promise<Html> {
      const { createGroup } = await import("../../cognito/admin");
      const group = text(given, "group");
      const isNew = await createGroup((await connections.users()).pool, group);
      return done(`The group ${group} ${isNew ? "is there" : "was there already"}.`);
    },
    async member({ connections, form: given }): Promise<Html> {
      const { addToGroup } = await import("../../cognito/admin");
      const [username, group] = [text(given, "username"), text(given, "group")];
      await addToGroup((await connections.users()).pool, username, group);
      return done(`${username} is in ${group}: a new sign-in has it in its tokens.`);
    },
    async signIn({ connections, form: given }): Promise<Html> {
      const { signIn } = await import("../../cognito/tokens");
      const [username, password] = [text(given, "username"), text(given, "password")];
      const { target } = await connections.users();
      const noNewPassword = (): Promise<string> =>
        Promise.reject(
          new GroundworkError("The password is a temporary one: set another above, then sign in"),
        );
      connections.signedIn.set(username, await signIn(target, { username, password }, noNewPassword));
      return done(`${username} is signed in.`);
    },
    async hosted({ connections }): Promise<Html> {
      const { hostedUiOf } = await import("../../cognito/hostedSignIn");
      const hostedUi = await hostedUiOf((await connections.users()).target);
      return new Promise((resolve, reject) => {
        const show = (url: string): Promise<void> => Promise.resolve(resolve(hostedLink(url)));
        // Once the link is shown, the page that the browser comes back to says how it went.
        keepHostedSignIn(connections, hostedUi, show).catch(reject);
      });
    },
  },
};

/** @throws GroundworkError where it is empty */
function text(given: URLSearchParams, name: string): string {
  const value = given.get(name) ?? "";
  if (value === "") throw new GroundworkError(`Fill in the ${name}`);
  return value;
}

function form(
  action: string,
  title: string,
  inputs: readonly (readonly [name: string, label: string, type?: string])[],
): Html {
  return html`<form method="post" action="/users/${action}">
    ${inputs.map(([name, label, type = "text"]) => html`<label>${label}<input name="${name}" type="${type}" autocomplete="off" required /></label>`)}
    <button>${title}</button>
  </form>`;
}

async function keepHostedSignIn(
  { signedIn, closed }: Connections,
  hostedUi: HostedUi,
  show: (url: string) => Promise<void>,
): Promise<void> {
  const { login } = await import("../../cognito/login");
  const { claimsOf } = await import("../../cognito/tokens");
  const tokens = await login(hostedUi, { scopes: [], show, signal: closed });
  signedIn.set(`${String(claimsOf(tokens.accessToken).username)} (hosted UI)`, tokens);
}

const hostedLink = (url: string): Html =>
  html`<p>
    <a id="hosted" href="${url}" target="_blank" rel="noopener">Open the sign-in page</a>, and come back here.
  </p>`;

import { routes } from "../../infra/auth/apiRoutes";
import { GroundworkError } from "../../infra/error";
import { printable, quoted } from "../shared/printable";
import { formatCount, progress, table } from "../shared/terminal";
import { shellLine } from "../shared/shellLine";
import type { ActionName } from "./actions";
import {
  addToGroup,
  createGroup,
  createUser,
  deleteAttributes,
  deleteGroup,
  deleteUser,
  disableUser,
  enableUser,
  listGroups,
  listGroupsForUser,
  listUsers,
  listUsersInGroup,
  removeFromGroup,
  setPassword,
  signOutUser,
  updateAttributes,
} from "./admin";
import { checkApi, expectedOf } from "./checkApi";
import { hostedUiOf } from "./hostedSignIn";
import { login } from "./login";
import { formatMatrix, likelyCause, tokenKinds } from "./matrix";
import { openBrowser } from "./openBrowser";
import type { Run } from "./options";
import { type Tokens, claimsOf, refresh, revoke, signIn, store } from "./tokens";

/** What each action does. */
export const perform: Readonly<Record<ActionName, (run: Run) => Promise<void>>> = {
  async "get-token"(run) {
    const credentials = { username: run.username(), password: await run.password() };
    const code = (question: string) => run.code(question);
    await report(run, await signIn(run.target, credentials, () => run.newPassword(), code));
  },
  async login(run) {
    const scopes = (run.options.scope ?? "").split(/[\s,]+/).filter(Boolean);
    const show = async (url: string): Promise<void> => {
      process.stderr.write(`Sign in at\n${url}\n`);
      if (run.options.browser !== false) await openBrowser(url);
    };
    await report(run, await login(await hostedUiOf(run.target), { scopes, show, signal: run.stop }));
  },
  "refresh-token": async (run) => report(run, await refresh(run.target)),
  async "revoke-token"(run) {
    await revoke(run.target);
    say("revoked the refresh token");
  },
  "check-api": checkApiAction,
  async "create-user"(run) {
    const username = run.username();
    const { temporary = false } = run.options;
    const password = await run.password();
    await createUser(await run.pool(), { username, password, temporary, attributes: run.attributes() });
    say(`made user ${username}`);
  },
  async "delete-user"(run) {
    await deleteUser(await run.pool(), run.username());
    say(`deleted user ${run.username()}`);
  },
  async "set-password"(run) {
    const username = run.username();
    const { temporary = false } = run.options;
    await setPassword(await run.pool(), { username, password: await run.password(), temporary });
    say(`set the password of ${username}`);
  },
  async "update-attributes"(run) {
    const attributes = run.attributes();
    if (Object.keys(attributes).length === 0) {
      throw new GroundworkError("There are no attributes: name one with --attribute custom:test=x");
    }
    await updateAttributes(await run.pool(), run.username(), attributes);
    say(`changed ${Object.keys(attributes).join(", ")} of ${run.username()}`);
  },
  async "delete-attributes"(run) {
    const names = run.attributeNames();
    await deleteAttributes(await run.pool(), run.username(), names);
    say(`took ${names.join(", ")} from ${run.username()}`);
  },
  async "enable-user"(run) {
    await enableUser(await run.pool(), run.username());
    say(`enabled ${run.username()}`);
  },
  async "disable-user"(run) {
    await disableUser(await run.pool(), run.username());
    say(`disabled ${run.username()}`);
  },
  async "sign-out-user"(run) {
    await signOutUser(await run.pool(), run.username());
    say(`signed ${run.username()} out`);
  },
  "list-users": async (run) => showUsers(await listUsers(await run.pool())),
  async "create-group"(run) {
    const made = await createGroup(await run.pool(), run.group(), run.description());
    say(made ? `made group ${run.group()}` : `group ${run.group()} is there already`);
  },
  async "delete-group"(run) {
    await deleteGroup(await run.pool(), run.group());
    say(`deleted group ${run.group()}`);
  },
  "list-groups": async (run) => showGroups(await listGroups(await run.pool())),
  "list-groups-for-user": async (run) =>
    showGroups(await listGroupsForUser(await run.pool(), run.username())),
  "list-users-in-group": async (run) => showUsers(await listUsersInGroup(await run.pool(), run.group())),
  async "add-to-group"(run) {
    await addToGroup(await run.pool(), run.username(), run.group());
    say(`added ${run.username()} to ${run.group()}`);
  },
  async "remove-from-group"(run) {
    await removeFromGroup(await run.pool(), run.username(), run.group());
    say(`removed ${run.username()} from ${run.group()}`);
  },
};

/** A line a user, of whose attributes he may have written some himself. */
function showUsers(users: Awaited<ReturnType<typeof listUsers>>): void {
  const described = (attributes: Readonly<Record<string, string>>) =>
    Object.entries(attributes).map(([name, value]) => `${printable(name)}=${quoted(value)}`);
  const rows = users.map(({ username, status, attributes }): [string, string] => [
    username,
    [status, ...described(attributes)].join("  "),
  ]);
  table(rows, process.stdout);
  say(`users: ${formatCount(users.length)}`);
}

function showGroups(groups: Awaited<ReturnType<typeof listGroups>>): void {
  const rows = groups.map(({ name, description }): [string, string] => [name, printable(description)]);
  table(rows, process.stdout);
  say(`groups: ${formatCount(groups.length)}`);
}

async function checkApiAction(run: Run): Promise<void> {
  const expected = await expectedOf(run.target);
  const shown = progress("check-api", expected.length * tokenKinds.length, "calls");
  const calling = checkApi(run.target, await run.pool(), expected, shown, run.stop);
  const matrix = await calling.finally(() => shown.stop());
  const { lines, wrong } = formatMatrix(expected, matrix);
  process.stdout.write(`${lines.join("\n")}\n`);
  if (matrix.some((row) => row.includes(undefined))) {
    process.stdout.write(
      `- not called: ${run.target.options.env} has no access token of this pool that has expired; try again an hour after get-token\n`,
    );
  }
  if (wrong > 0) {
    const { stack } = run.target.options;
    throw new GroundworkError(
      `${wrong} answers are not as expected: ${likelyCause(expected, matrix, stack)}`,
    );
  }
  process.stdout.write("All answers are as expected.\n");
}

/** Stores tokens and says for whom they are; the tokens themselves only with --verbose. */
async function report(run: Run, tokens: Tokens): Promise<void> {
  store(run.target, tokens);
  const { username, scope, exp } = claimsOf(tokens.accessToken);
  const until = typeof exp === "number" ? `, until ${new Date(exp * 1000).toISOString()}` : "";
  say(
    `wrote the tokens of ${String(username)} to ${run.target.options.env} (scope ${String(scope)}${until})`,
  );
  if (tokens.idToken === undefined) say("there is no ID token: the scope openid was not asked for");
  const apiUrl = await run.target.apiUrl();
  const open = routes.find(
    ({ method, authorizer: by }) => method === "get" && by.kind === "group" && by.passes === "everyone",
  );
  if (apiUrl !== undefined && open) {
    const token = `"Authorization: $(sed -n s/^COGNITO_ACCESS_TOKEN=//p ${shellLine(run.target.options.env)})"`;
    say(`call the API: curl -H ${token} ${shellLine(apiUrl + (open.example?.path ?? open.path))}`);
  }
  if (!run.options.verbose) return;
  table(
    Object.entries(tokens).filter((entry): entry is [string, string] => Boolean(entry[1])),
    process.stdout,
  );
}

function say(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { Session } from "../../../../local/session";
import { login } from "../../../../scripts/cognito/login";
import { hostedUiOf } from "../../../../scripts/cognito/hostedSignIn";
import { store } from "../../../../scripts/cognito/tokens";
import { type AuthStack, startAuthStack } from "../../../support/authStack";
import { SignInPage } from "../../../support/signInPage";

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe("npm run cognito", function () {
  this.timeout(60_000);
  const session = new Session();
  const password = "Correct-horse-1";
  let stack: AuthStack;
  let env: string;

  before(async () => {
    stack = await startAuthStack(session, { "auth:loginPorts": "[18996]" });
    env = path.join(session.dir, ".env");
  });
  after(() => session.close());

  /** As a shell would that has evaluated what npm run local -- --env prints. */
  function run(args: readonly string[], { stdin = "", variables = {} } = {}): Promise<Ran> {
    const { userPoolId, userPoolClientId } = stack.outputs;
    const ids = { COGNITO_USER_POOL_ID: String(userPoolId), COGNITO_CLIENT_ID: String(userPoolClientId) };
    const all = { ...process.env, ...stack.services.environment(), ...ids, NO_COLOR: "1", ...variables };
    return new Promise((resolve) => {
      const argv = ["-r", "./programs/register.js", "scripts/cognito", ...args, "--env", env];
      const child = execFile(process.execPath, argv, { cwd: root, env: all }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
      child.stdin?.end(stdin);
    });
  }
  const done = async (...args: Parameters<typeof run>): Promise<string> => {
    const { code, stdout, stderr } = await run(...args);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  const user = ["--username", "alice"];

  it("takes a password from standard input or the environment, and warns of one on the command line", async () => {
    const create = (name: string, ...more: string[]) => ["create-user", "--username", name, ...more];
    await done(create("alice", "--password", "-"), { stdin: `${password}\n` });
    await done(create("bob"), { variables: { COGNITO_PASSWORD: password } });
    const warned = await run(create("carol", "--password", password));
    expect(warned.code, warned.stderr).to.equal(0);
    expect(warned.stderr).to.include("A password on the command line can be read by others");
    expect(warned.stderr).to.not.include(password);
    for (const none of [{ stdin: "" }, { variables: { COGNITO_PASSWORD: "" } }]) {
      const missing = await run(create("dave", ...("stdin" in none ? ["--password", "-"] : [])), none);
      expect(missing.code).to.equal(1);
      expect(missing.stderr).to.match(/^There is no password: set COGNITO_PASSWORD/m);
    }
    await done(["get-token", ...user, "--password", "-"], { stdin: password });
  });

  it("goes by the environment's keys where the shell has a profile", async () => {
    const variables = { AWS_PROFILE: "nobody's", AWS_REGION: "" };
    expect(await done(["list-users"], { variables })).to.include("alice");
  });

  it("lists users and groups so that no user can forge a line or an attribute", async () => {
    const forged = "x\nroot  CONFIRMED\u001b[2J  custom:test=admin";
    await done(["update-attributes", ...user, "--attribute", `name=${forged}`]);
    const listed = await done(["list-users"]);
    expect(listed.trimEnd().split("\n")).to.have.length(3);
    expect(listed).to.include('name="x\\u{a}root  CONFIRMED\\u{1b}[2J  custom:test=admin"');
    await done(["create-group", "--group", "plain", "--description", "a\nb"]);
    expect(await done(["list-groups"])).to.match(/^plain +a\\u\{a\}b$/m);
  });

  it("tells members of a group, groups of a user, and takes attributes away", async () => {
    await done(["add-to-group", ...user, "--group", "plain"]);
    expect(await done(["list-groups-for-user", ...user])).to.match(/^plain /);
    expect(await done(["list-users-in-group", "--group", "plain"])).to.match(/^alice .*name=/);
    await done(["delete-attributes", ...user, "--name", "name"]);
    expect(await done(["list-users-in-group", "--group", "plain"])).to.not.include("name=");
    expect((await run(["delete-attributes", ...user])).stderr).to.match(/name one with --name/);
  });

  it("disables a user, enables him, and signs him out everywhere", async () => {
    const variables = { COGNITO_PASSWORD: password };
    await done(["disable-user", ...user]);
    expect(await done(["list-users"])).to.match(/^alice +CONFIRMED, disabled/m);
    expect((await run(["get-token", ...user], { variables })).stderr).to.match(/disabled/);
    await done(["enable-user", ...user]);
    await done(["get-token", ...user], { variables });
    await done(["refresh-token"]);
    await done(["sign-out-user", ...user]);
    expect((await run(["refresh-token"])).stderr).to.match(/expired, revoked or another client's/);
  });

  it("signs in at the hosted UI without openid, and leaves no ID token of before", async () => {
    expect(readFileSync(env, "utf8")).to.match(/^COGNITO_ID_TOKEN=./m);
    const target = stack.target(env);
    const hostedUi = await hostedUiOf(target);
    const show = async (url: string): Promise<void> => {
      await fetch(await new SignInPage().signIn(url, { username: "alice", password }));
    };
    const tokens = await login(hostedUi, {
      scopes: ["groundwork/read"],
      show,
      signal: new AbortController().signal,
    });
    store(target, tokens);
    expect(readFileSync(env, "utf8")).to.match(/^COGNITO_ID_TOKEN=$/m);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import {
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import * as admin from "../../../../scripts/cognito/admin";
import { Target } from "../../../../scripts/cognito/target";
import { claimsOf, refresh, signIn, store } from "../../../../scripts/cognito/tokens";
import { keepEnvironment } from "../../../support/environment";
import { type Moto, startMoto } from "../../../support/moto";
import { Command } from "../../../support/command";
import { rejection } from "../../../support/rejection";

/** An independent emulator: what passes there as well isn't shaped after the environment on this machine. */
describe("the cognito command at moto's server, which it knows by AWS_ENDPOINT_URL and ids alone", () => {
  const password = "Correct-horse-1";
  const username = "alice";
  const noNewPassword = () => Promise.reject(new Error("asked for a new password"));
  let restore: () => void;
  let dir: string;
  let server: Moto;
  let target: Target;
  let pool: admin.Pool;

  before(async function () {
    server = await startMoto(this);
    restore = keepEnvironment();
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-moto-"));
    process.env.AWS_ENDPOINT_URL = server.url;
    process.env.COGNITO_USER_POOL_ID = "us-east-1_none";
    const env = path.join(dir, ".env");
    writeFileSync(env, "");
    const newTarget = () => new Target({ stack: "dev", stackNamed: false, env });
    const client = await newTarget().connect();
    const Schema = [{ Name: "test", AttributeDataType: "String", Mutable: true } as const];
    const { UserPool } = await client.send(new CreateUserPoolCommand({ PoolName: "pool", Schema }));
    const UserPoolId = UserPool?.Id ?? "";
    const { UserPoolClient } = await client.send(
      new CreateUserPoolClientCommand({
        UserPoolId,
        ClientName: "app",
        ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      }),
    );
    delete process.env.COGNITO_USER_POOL_ID;
    writeFileSync(env, `COGNITO_USER_POOL_ID=${UserPoolId}\nCOGNITO_CLIENT_ID=${UserPoolClient?.ClientId}\n`);
    target = newTarget();
    pool = { client: await target.connect(), UserPoolId: await target.userPoolId() };
  });
  after(() => {
    pool?.client.destroy();
    server?.close();
    restore?.();
    if (dir) rmSync(dir, { recursive: true });
  });

  it("makes a user, lists and changes him", async () => {
    const attributes = { "custom:test": "old" };
    await admin.createUser(pool, { username, password, temporary: false, attributes });
    await admin.updateAttributes(pool, username, { "custom:test": "new" });
    const users = await admin.listUsers(pool);
    expect(users.map((user) => [user.username, user.status, user.attributes["custom:test"]])).to.deep.equal([
      [username, "CONFIRMED", "new"],
    ]);
    await admin.setPassword(pool, { username, password: "Better-horse-2", temporary: false });
    await admin.setPassword(pool, { username, password, temporary: false });
  });

  it("makes groups, with members whose tokens say so", async () => {
    expect(await admin.createGroup(pool, "test-g1", "One")).to.equal(true);
    expect(await admin.createGroup(pool, "test-g1")).to.equal(false);
    expect(await admin.listGroups(pool)).to.deep.equal([{ name: "test-g1", description: "One" }]);
    await admin.addToGroup(pool, username, "test-g1");
    const { accessToken } = await signIn(target, { username, password }, noNewPassword);
    expect(claimsOf(accessToken)["cognito:groups"]).to.deep.equal(["test-g1"]);
    await admin.removeFromGroup(pool, username, "test-g1");
    await admin.deleteGroup(pool, "test-g1");
    expect(await admin.listGroups(pool)).to.deep.equal([]);
  });

  it("refreshes a token, refuses a wrong password, and has a temporary one replaced", async () => {
    store(target, await signIn(target, { username, password }, noNewPassword));
    expect(claimsOf((await refresh(target)).accessToken)).to.include({ username, token_use: "access" });
    const wrong = { username, password: "Wrong-horse-1" };
    expect(await rejection(signIn(target, wrong, noNewPassword))).to.match(/incorrect username or password/i);
    const newcomer = { username: "newcomer", password };
    await admin.createUser(pool, { ...newcomer, temporary: true, attributes: {} });
    const { accessToken } = await signIn(target, newcomer, () => Promise.resolve("Better-horse-2"));
    expect(claimsOf(accessToken)).to.include({ username: "newcomer" });
    await admin.deleteUser(pool, "newcomer");
  });

  it("runs from its command line, to the last deleted user", async () => {
    const command = new Command("cognito");
    try {
      const args = ["delete-user", "--username", username, "--env", target.options.env];
      expect(await command.run(...args)).to.deep.include({ code: 0, stderr: `deleted user ${username}\n` });
      expect(await admin.listUsers(pool)).to.deep.equal([]);
    } finally {
      command.close();
    }
  });
});

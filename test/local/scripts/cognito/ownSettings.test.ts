import * as path from "node:path";
import { expect } from "chai";
import { codeAt } from "../../../../local/cognito/totp";
import { Session } from "../../../../local/session";
import { createUser } from "../../../../scripts/cognito/admin";
import { claimsOf, signIn } from "../../../../scripts/cognito/tokens";
import { openPool, startAuthStack } from "../../../support/authStack";
import { rejection } from "../../../support/rejection";

describe("sign-in on this machine, with settings of one's own,", () => {
  let session: Session;
  beforeEach(() => (session = new Session()));
  afterEach(() => session.close());

  it("answers 429 as JSON above the rate", async () => {
    const { outputs } = await startAuthStack(session, {
      "auth:throttlingRate": "0.001",
      "auth:throttlingBurst": "2",
    });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await fetch(String(outputs.apiUrl))).status);
    expect(statuses).to.deep.equal([401, 401, 429]);
    expect(await (await fetch(String(outputs.apiUrl))).json()).to.deep.equal({
      message: "Too Many Requests",
    });
  });

  it("asks for a second factor, of an app that it has set up and of one that is there", async () => {
    const stack = await startAuthStack(session, { "auth:mfa": "on", "auth:signInBy": "email" });
    const target = stack.target(path.join(session.dir, ".env"));
    const pool = await openPool(session, target);
    const user = { username: "ann@example.com", password: "Correct-horse-1" };
    await createUser(pool, { ...user, temporary: true, attributes: {} });
    const period = Math.floor(Date.now() / 30_000);
    let key = "";
    const setUp = (question: string) => {
      key = /key (\w+)/.exec(question)?.[1] ?? "";
      return Promise.resolve(codeAt(key, period));
    };
    await signIn(target, user, () => Promise.resolve("Better-horse-2"), setUp);
    const again = { ...user, password: "Better-horse-2" };
    const noNewPassword = () => Promise.reject(new Error("asked for a new password"));
    const code = () => Promise.resolve(codeAt(key, period + 1));
    const { accessToken } = await signIn(target, again, noNewPassword, code);
    expect(claimsOf(accessToken)).to.include({ token_use: "access" });
    expect(await rejection(signIn(target, again, noNewPassword))).to.contain("second factor");
  });
});

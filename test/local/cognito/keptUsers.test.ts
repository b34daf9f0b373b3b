import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import {
  AdminDeleteUserCommand,
  type AuthFlowType,
  CognitoIdentityProviderClient,
  GetGroupCommand,
  GetUserCommand,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { GroundworkError } from "../../../infra/error";
import { startCognito } from "../../../local/cognito/server";
import { Session } from "../../../local/session";
import { UserPoolId, clientInputs, failure, password, poolInputs } from "../../support/userPool";
import { rejection } from "../../support/rejection";

describe("users on this machine from one run to the next", () => {
  const port = 19229;
  let dir: string;
  let users: string;
  let kept: string;
  /** Of the program's group. */
  let precedence = 1;

  before(() => {
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-users-"));
    [users, kept] = [path.join(dir, "users.yaml"), path.join(dir, "kept/users.json")];
    writeFileSync(
      users,
      `
groups: [editors]
users:
  - { username: ann, password: ${password}, attributes: { email: ann@example.com }, groups: [editors, members] }
  - { username: new, password: ${password}, temporary: true }
`,
    );
  });
  afterEach(() => rmSync(kept, { force: true }));
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** One run of the environment's pool, with the file's users. */
  async function run<T>(
    use: (
      initiate: (flow: AuthFlowType, parameters: Record<string, string>) => Promise<Tokens>,
      client: CognitoIdentityProviderClient,
    ) => Promise<T>,
    keep = true,
  ): Promise<T> {
    const session = new Session();
    try {
      const cognito = await startCognito(session, undefined, port);
      await cognito.createUserPool(poolInputs);
      const ClientId = cognito.createUserPoolClient({ ...clientInputs, id: "app" });
      cognito.createGroup({ userPoolId: UserPoolId, name: "members", precedence });
      if (keep) cognito.keep(kept);
      cognito.seed(users);
      const client = new CognitoIdentityProviderClient({
        endpoint: cognito.url,
        region: "us-east-1",
        credentials: session.credentials,
      });
      session.onClose(() => Promise.resolve(client.destroy()));
      return await use(async (AuthFlow, AuthParameters) => {
        const command = new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters });
        const { AuthenticationResult: got, ChallengeName } = await client.send(command);
        const keys = createRemoteJWKSet(new URL(`${cognito.issuer(UserPoolId)}/.well-known/jwks.json`));
        const verify = async (token: string) => (await jwtVerify(token, keys)).payload;
        const [access, id, refresh] = [got?.AccessToken, got?.IdToken, got?.RefreshToken];
        return { access: access ?? "", id: id ?? "", refresh: refresh ?? "", ChallengeName, verify };
      }, client);
    } finally {
      await session.close();
    }
  }
  interface Tokens {
    readonly access: string;
    readonly id: string;
    readonly refresh: string;
    readonly ChallengeName: string | undefined;
    readonly verify: (token: string) => Promise<Record<string, unknown>>;
  }
  const ann = { USERNAME: "ann", PASSWORD: password };

  it("come from a file, with the same sub each time", async () => {
    const sub = () =>
      run(async (initiate) => {
        const { id, verify } = await initiate("USER_PASSWORD_AUTH", ann);
        const claims = await verify(id);
        expect(claims).to.deep.include({
          email: "ann@example.com",
          "cognito:groups": ["editors", "members"],
        });
        const other = await initiate("USER_PASSWORD_AUTH", { ...ann, USERNAME: "new" });
        expect(other.ChallengeName).to.equal("NEW_PASSWORD_REQUIRED");
        return claims.sub;
      }, false);
    expect(await sub()).to.equal(await sub());
  });

  it("are kept with their tokens, and the issuer with its key, and no password is written", async () => {
    const first = await run((initiate) => initiate("USER_PASSWORD_AUTH", ann));
    await run(async (initiate) => {
      const { id, verify } = await initiate("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: first.refresh });
      const [before, after] = [await verify(first.id), await verify(id)];
      expect(after).to.include({ iss: `http://127.0.0.1:${port}/${UserPoolId}`, sub: before.sub });
    });
    expect(statSync(kept).mode & 0o777).to.equal(0o600);
    expect(readFileSync(kept, "utf8")).to.not.contain(password);
    const noKey = readFileSync(kept, "utf8").replace(/-----BEGIN PRIVATE KEY-----[^"]+/, "no key");
    for (const text of ["{}}", noKey]) {
      writeFileSync(kept, text);
      expect(await rejection(run(() => Promise.resolve())))
        .to.contain(kept)
        .and.contain("delete it");
    }
  });

  it("leave no sign-in to another user who comes to have the name of one who was deleted", async () => {
    const { refresh } = await run(async (initiate, client) => {
      const tokens = await initiate("USER_PASSWORD_AUTH", ann);
      await client.send(new AdminDeleteUserCommand({ UserPoolId, Username: "ann" }));
      const again = initiate("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: tokens.refresh });
      expect(await failure(again)).to.equal("NotAuthorizedException: Refresh Token has been revoked");
      return tokens;
    });
    // The file makes ann anew.
    await run(async (initiate) => {
      expect(await failure(initiate("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: refresh }))).to.match(
        /^NotAuthorizedException/,
      );
    });
  });

  it("are in the program's groups as it declares them now", async () => {
    const precedenceNow = () =>
      run(async (_, client) => {
        const { Group } = await client.send(new GetGroupCommand({ UserPoolId, GroupName: "members" }));
        return Group?.Precedence;
      });
    expect(await precedenceNow()).to.equal(1);
    precedence = 2;
    expect(await precedenceNow()).to.equal(2);
  });

  it("are written where something has changed, and not where somebody has asked", async () => {
    await run(async (initiate, client) => {
      const { access: AccessToken } = await initiate("USER_PASSWORD_AUTH", ann);
      rmSync(kept);
      await client.send(new GetUserCommand({ AccessToken }));
      expect(existsSync(kept)).to.equal(false);
      await initiate("USER_PASSWORD_AUTH", ann);
      expect(existsSync(kept)).to.equal(true);
    });
  });

  it("are told in a sentence where their file can't be read", async () => {
    const broken = path.join(dir, "broken.yaml");
    writeFileSync(broken, "users: [{");
    for (const [file, problem] of [
      [broken, /is not YAML: .*line 1/],
      [dir, /can't be read: EISDIR/],
      [path.join(dir, "none.yaml"), /can't be read: ENOENT/],
    ] as const) {
      const session = new Session();
      const cognito = await startCognito(session);
      await cognito.createUserPool(poolInputs);
      expect(() => cognito.seed(file))
        .to.throw(GroundworkError, problem)
        .with.property("message")
        .that.contains(`local:users: ${file}`);
      await session.close();
    }
  });

  it("have their port to themselves: one in use is refused by its name", () =>
    run(async () => {
      expect(await rejection(run(() => Promise.resolve()))).to.contain(`Port ${port} is in use`);
    }, false));

  it("are refused with all that Cognito would refuse", async () => {
    writeFileSync(
      users,
      `
users:
  - { username: weak, password: short }
  - { username: lost, password: ${password}, groups: [nowhere] }
  - { username: wrong, password: ${password}, attributes: { email: none } }
`,
    );
    const problems = await rejection(run(() => Promise.resolve(), false));
    expect(problems).to.contain("weak: Password").and.contain("lost: there is no group nowhere");
    expect(problems).to.contain("wrong: Invalid email").and.contain(users);
  });
});

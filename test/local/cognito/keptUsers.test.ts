import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import {
  type AuthFlowType,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { startCognito } from "../../../local/cognito/server";
import { Session } from "../../../local/session";
import { UserPoolId, clientInputs, password, poolInputs } from "../../support/userPool";
import { rejection } from "../../support/rejection";

describe("users on this machine from one run to the next", () => {
  const port = 19229;
  let dir: string;
  let users: string;
  let kept: string;

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
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** One run of the environment's pool, with the file's users. */
  async function run<T>(
    use: (
      initiate: (flow: AuthFlowType, parameters: Record<string, string>) => Promise<Tokens>,
    ) => Promise<T>,
    keep = true,
  ): Promise<T> {
    const session = new Session();
    try {
      const cognito = await startCognito(session, undefined, port);
      await cognito.createUserPool(poolInputs);
      const ClientId = cognito.createUserPoolClient({ ...clientInputs, id: "app" });
      cognito.createGroup({ userPoolId: UserPoolId, name: "members" });
      if (keep) cognito.keep(kept);
      cognito.seed(users);
      const client = new CognitoIdentityProviderClient({
        endpoint: cognito.url,
        region: "us-east-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
      });
      session.onClose(() => Promise.resolve(client.destroy()));
      return await use(async (AuthFlow, AuthParameters) => {
        const command = new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters });
        const { AuthenticationResult: got, ChallengeName } = await client.send(command);
        const keys = createRemoteJWKSet(new URL(`${cognito.issuer(UserPoolId)}/.well-known/jwks.json`));
        const verify = async (token: string) => (await jwtVerify(token, keys)).payload;
        return { id: got?.IdToken ?? "", refresh: got?.RefreshToken ?? "", ChallengeName, verify };
      });
    } finally {
      await session.close();
    }
  }
  interface Tokens {
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
    writeFileSync(kept, "{}}");
    expect(await rejection(run(() => Promise.resolve())))
      .to.contain(kept)
      .and.contain("delete it");
    rmSync(kept);
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

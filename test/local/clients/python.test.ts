import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { pythonWith } from "../../support/pythonWith";
import {
  type UserPoolFixture,
  UserPoolId,
  clientInputs,
  password,
  startUserPool,
} from "../../support/userPool";

/** Each signs in, refreshes, reads its user and signs out, in clients.py; here is what it is told after that. */
describe("stock clients of Python sign in with their defaults", () => {
  const redirectUri = "http://localhost:5173/callback";
  const logoutUri = "http://localhost:5173/";
  const script = path.join(__dirname, "clients.py");
  let python: string;
  let pool: UserPoolFixture;
  let hostedClientId: string;

  before(async function () {
    python = pythonWith(this, "pycognito", "boto3", "authlib", "jwt", "awscli");
    pool = await startUserPool();
    pool.cognito.createUserPoolDomain({ userPoolId: UserPoolId, domain: "x" });
    hostedClientId = pool.cognito.createUserPoolClient({
      ...clientInputs,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["code"],
      allowedOauthScopes: ["openid", "profile", "email"],
      callbackUrls: [redirectUri],
      logoutUrls: [logoutUri],
    });
    await pool.addUser("ann", { attributes: { email: "ann@example.com" } });
  });
  after(() => pool?.close());

  for (const [client, afterwards] of [
    ["pycognito", "NotAuthorizedException"],
    ["boto3", "NotAuthorizedException"],
    ["Authlib and PyJWT", "invalid_token"],
    ["the AWS CLI", "NotAuthorizedException"],
  ] as const) {
    it(client, async () => {
      const at = { endpoint: pool.cognito.url, pool: UserPoolId, clientId: pool.clientId, password };
      const environment = {
        ...process.env,
        ...{ AWS_DEFAULT_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
      };
      const running = promisify(execFile)(python, [script, client], { env: environment });
      running.child.stdin?.end(JSON.stringify({ ...at, hostedClientId, redirectUri, logoutUri }));
      expect((await running).stdout.trim()).to.equal(afterwards);
    });
  }
});

import {
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { behave } from "../../../local/behaviours";
import { startCognito } from "../../../local/cognito/server";
import type { Services } from "../../../local/services";
import { Session } from "../../../local/session";
import { rejection } from "../../support/rejection";
import {
  type UserPoolFixture,
  UserPoolId,
  clientInputs,
  failure,
  poolInputs,
  startUserPool,
} from "../../support/userPool";

describe("user pools and clients on this machine", () => {
  let pool: UserPoolFixture;

  before(async () => {
    pool = await startUserPool();
  });
  after(() => pool.close());

  it("has the pool and the client as Pulumi describes them", async () => {
    const { UserPool } = await pool.client.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool).to.deep.include({ Id: UserPoolId, Name: "dev-pool", MfaConfiguration: "OFF" });
    expect(UserPool?.AdminCreateUserConfig?.AllowAdminCreateUserOnly).to.equal(true);
    expect(UserPool?.Policies?.PasswordPolicy?.MinimumLength).to.equal(12);
    expect(UserPool?.CreationDate).to.be.a("date");
    const custom = UserPool?.SchemaAttributes?.filter(({ Name }) => Name?.startsWith("custom:"));
    expect(
      custom?.map(({ Name, Mutable, StringAttributeConstraints }) => [
        Name,
        Mutable,
        StringAttributeConstraints,
      ]),
    ).to.deep.equal([
      ["custom:username", false, { MinLength: "2", MaxLength: "10" }],
      ["custom:test", true, { MinLength: "1", MaxLength: "50" }],
    ]);
    const { UserPoolClient } = await pool.client.send(
      new DescribeUserPoolClientCommand({ UserPoolId, ClientId: pool.clientId }),
    );
    expect(UserPoolClient).to.deep.include({
      ClientName: "dev-app-public",
      EnableTokenRevocation: true,
      ExplicitAuthFlows: clientInputs.explicitAuthFlows,
    });
    expect(UserPoolClient?.ClientSecret).to.equal(undefined);
  });

  it("tells a program the secret of its client, and of a client without one that it has none", async () => {
    const type = "aws:cognito/userPoolClient:UserPoolClient";
    for (const generateSecret of [true, false]) {
      const id = `client${String(generateSecret)}`;
      const scope = { region: "us-east-1", account: "123456789012", stack: "local" };
      const request = { type, name: id, inputs: { ...clientInputs, generateSecret }, scope };
      const { clientSecret } = await behave(request, { id }, { cognito: pool.cognito } as Services);
      const described = await pool.client.send(
        new DescribeUserPoolClientCommand({ UserPoolId, ClientId: id }),
      );
      expect(clientSecret).to.equal(described.UserPoolClient?.ClientSecret ?? "");
    }
  });

  it("names what is not there, and refuses an administrator without a signature", async () => {
    const missing = pool.client.send(new DescribeUserPoolCommand({ UserPoolId: "us-east-1_missing" }));
    expect(await failure(missing)).to.match(/^ResourceNotFoundException: .*us-east-1_missing/);
    const post = async (operation: string, body: string): Promise<[number, unknown]> => {
      const headers = { "x-amz-target": `AWSCognitoIdentityProviderService.${operation}` };
      const response = await fetch(pool.cognito.url, { method: "POST", headers, body });
      return [response.status, ((await response.json()) as { __type: string }).__type];
    };
    const body = JSON.stringify({ UserPoolId, Username: "victim" });
    expect(await post("AdminGetUser", body)).to.deep.equal([400, "MissingAuthenticationTokenException"]);
    expect(await post("GetUser", "{")).to.deep.equal([400, "SerializationException"]);
    expect(await post("GetUser", '{"AccessToken":7}')).to.deep.equal([400, "InvalidParameterException"]);
  });

  it("refuses inputs that it would have to ignore, and names the file that lists the others", async () => {
    for (const [make, problem] of [
      [() => pool.cognito.createUserPool({ ...poolInputs, lambdaConfig: {} }), "lambdaConfig"],
      [() => pool.cognito.createUserPool({ ...poolInputs, mfaConfiguration: "ON" }), "mfaConfiguration"],
      [() => pool.cognito.createUserPool({ ...poolInputs, id: "pool" }), "id: has to look like us-east-1_"],
      [
        () => pool.cognito.createUserPoolClient({ ...clientInputs, readAttributes: ["email"] }),
        "readAttributes",
      ],
      [
        () => pool.cognito.createUserPoolClient({ ...clientInputs, allowedOauthFlows: ["implicit"] }),
        "allowedOauthFlows",
      ],
      [() => pool.cognito.createGroup({ userPoolId: UserPoolId }), "name"],
    ] as const) {
      expect(await rejection(Promise.resolve().then<unknown>(make)))
        .to.contain(problem)
        .and.contain("local/cognito/inputs.ts");
    }
  });

  it("is gone with its session", async () => {
    const other = new Session();
    const { url } = await startCognito(other);
    expect((await fetch(`${url}/us-east-1_x/.well-known/jwks.json`)).status).to.equal(400);
    await other.close();
    expect(await rejection(fetch(url))).to.contain("fetch failed");
  });
});

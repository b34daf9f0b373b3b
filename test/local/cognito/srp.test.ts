import { createHmac, getDiffieHellman } from "node:crypto";
import {
  AdminDisableUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import {
  type UserPoolFixture,
  UserPoolId,
  clientInputs,
  failure,
  startUserPool,
} from "../../support/userPool";

/** That right passwords pass is for the published clients to say: test/local/clients. */
describe("sign-in by SRP on this machine", () => {
  const prime = BigInt(`0x${getDiffieHellman("modp15").getPrime("hex")}`);
  let pool: UserPoolFixture;

  before(async () => {
    pool = await startUserPool();
    await pool.addUser("ann");
  });
  after(() => pool.close());

  const start = (USERNAME: string, SRP_A = "abcdef", ClientId = pool.clientId) =>
    pool.client.send(
      new InitiateAuthCommand({ ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters: { USERNAME, SRP_A } }),
    );
  const respond = (block: string | undefined, changes: Record<string, string> = {}) =>
    pool.client.send(
      new RespondToAuthChallengeCommand({
        ...{ ClientId: pool.clientId, ChallengeName: "PASSWORD_VERIFIER" },
        ChallengeResponses: {
          ...{
            USERNAME: "ann",
            PASSWORD_CLAIM_SECRET_BLOCK: block ?? "",
            TIMESTAMP: "Thu Nov 26 07:00:00 UTC 2026",
          },
          PASSWORD_CLAIM_SIGNATURE: Buffer.alloc(32).toString("base64"),
          ...changes,
        },
      }),
    );

  it("takes no public value by which anybody would know the session key", async () => {
    for (const value of [0n, prime, 2n * prime, prime + 1n]) {
      expect(await failure(start("ann", value.toString(16)))).to.match(/^InvalidParameterException: SRP_A/);
    }
    for (const value of ["", "xyz", "-1", "f".repeat(2000)]) {
      expect(await failure(start("ann", value))).to.match(/^InvalidParameterException: SRP_A/);
    }
  });

  it("challenges nobody as it challenges a user: each time with the same salt", async () => {
    const published = await fetch(`${pool.cognito.issuer(UserPoolId)}/.well-known/jwks.json`);
    const { kid } = ((await published.json()) as { keys: [{ kid: string }] }).keys[0];
    for (const name of ["ann", "nobody"]) {
      const challenges = [await start(name), await start(name.toUpperCase())];
      const parameters = challenges.map(({ ChallengeParameters }) => ChallengeParameters ?? {});
      expect(new Set(parameters.map(({ SALT }) => SALT)).size).to.equal(1);
      expect(new Set(parameters.map(({ SRP_B }) => SRP_B)).size).to.equal(2);
      for (const { SALT, USER_ID_FOR_SRP } of parameters) {
        expect(SALT).to.match(/^[0-9a-f]{32}$/);
        expect(USER_ID_FOR_SRP).to.equal(name);
      }
      const byKey = createHmac("sha256", kid).update(name).digest("hex").slice(0, 32);
      expect(parameters[0]?.SALT, "who knows the public key knows the salt").to.not.equal(byKey);
      const proof = respond(parameters[0]?.SECRET_BLOCK, { USERNAME: name });
      expect(await failure(proof)).to.equal("NotAuthorizedException: Incorrect username or password.");
    }
    const legacy = pool.cognito.createUserPoolClient({
      ...clientInputs,
      preventUserExistenceErrors: "LEGACY",
    });
    expect(await failure(start("nobody", "abcdef", legacy))).to.match(/^UserNotFoundException/);
  });

  it("takes a challenge's answer once, from its user, in Cognito's form", async () => {
    const block = (await start("ann")).ChallengeParameters?.SECRET_BLOCK;
    expect(await failure(respond(block, { USERNAME: "ben" }))).to.match(/Invalid session/);
    await failure(respond(block));
    expect(await failure(respond(block))).to.equal("NotAuthorizedException: Invalid session for the user.");
    const again = (await start("ann")).ChallengeParameters?.SECRET_BLOCK;
    expect(await failure(respond(again, { TIMESTAMP: "2026-11-26" }))).to.match(/TIMESTAMP format/);
    const without = pool.cognito.createUserPoolClient({ ...clientInputs, explicitAuthFlows: [] });
    expect(await failure(start("ann", "abcdef", without))).to.equal(
      "InvalidParameterException: USER_SRP_AUTH is not enabled for the client.",
    );
  });

  it("tells nobody without the password that a user is disabled", async () => {
    const Username = await pool.addUser("gone");
    await pool.client.send(new AdminDisableUserCommand({ UserPoolId, Username }));
    const block = (await start(Username)).ChallengeParameters?.SECRET_BLOCK;
    expect(await failure(respond(block, { USERNAME: Username }))).to.match(/Incorrect username or password/);
  });
});

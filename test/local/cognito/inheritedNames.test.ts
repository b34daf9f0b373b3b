import {
  type AuthFlowType,
  InitiateAuthCommand,
  ListUsersCommand,
  RespondToAuthChallengeCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { type UserPoolFixture, UserPoolId, failure, startUserPool } from "../../support/userPool";

/** Every object has a `constructor`: a name that a client sends must not find it. */
describe("a name that every object has is to a user pool on this machine", () => {
  let pool: UserPoolFixture;

  before(async () => {
    pool = await startUserPool();
    await pool.addUser("alice");
  });
  after(() => pool.close());

  const initiate = (AuthFlow: string) =>
    pool.client.send(
      new InitiateAuthCommand({
        ...{ ClientId: pool.clientId, AuthFlow: AuthFlow as AuthFlowType },
        AuthParameters: { USERNAME: "alice" },
      }),
    );

  it("no flow", async () => {
    expect(await failure(initiate("constructor"))).to.equal(
      "InvalidParameterException: constructor flow not enabled for this client",
    );
  });

  it("no choice of a challenge", async () => {
    const { Session } = await initiate("USER_AUTH");
    const answer = new RespondToAuthChallengeCommand({
      ...{ ClientId: pool.clientId, ChallengeName: "SELECT_CHALLENGE", Session },
      ChallengeResponses: { USERNAME: "alice", ANSWER: "constructor" },
    });
    expect(await failure(pool.client.send(answer))).to.equal(
      "InvalidParameterException: Invalid ANSWER for SELECT_CHALLENGE",
    );
  });

  it("an attribute that no user has", async () => {
    const filter = new ListUsersCommand({ UserPoolId, Filter: 'constructor ^= "x"' });
    expect((await pool.client.send(filter)).Users).to.deep.equal([]);
  });
});

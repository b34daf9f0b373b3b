import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserPool,
  type CognitoUserSession,
} from "amazon-cognito-identity-js";
import { AdminGetUserCommand } from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import {
  type UserPoolFixture,
  UserPoolId,
  claims,
  failure,
  password,
  startUserPool,
} from "../../support/userPool";

/** amazon-cognito-identity-js as it comes: by SRP, which proves the password without sending it. */
describe("amazon-cognito-identity-js signs in with its defaults", () => {
  let pool: UserPoolFixture;
  let userPool: CognitoUserPool;

  before(async () => {
    pool = await startUserPool();
    userPool = new CognitoUserPool({ UserPoolId, ClientId: pool.clientId, endpoint: pool.cognito.url });
  });
  after(() => pool.close());

  const userOf = (Username: string) => new CognitoUser({ Username, Pool: userPool });

  /** @param newPassword answers the challenge of a temporary password */
  const signIn = (user: CognitoUser, Password: string, newPassword?: string) =>
    new Promise<CognitoUserSession>((resolve, reject) => {
      const callbacks = { onSuccess: resolve, onFailure: reject };
      user.authenticateUser(new AuthenticationDetails({ Username: user.getUsername(), Password }), {
        ...callbacks,
        newPasswordRequired: () => user.completeNewPasswordChallenge(newPassword ?? "", {}, callbacks),
      });
    });

  it("reads its user, refreshes, and signs out everywhere", async () => {
    await pool.addUser("ann", { attributes: { email: "ann@example.com" } });
    const user = userOf("ann");
    const session = await signIn(user, password);
    expect(session.isValid()).to.equal(true);
    expect(claims(session.getAccessToken().getJwtToken())).to.include({
      username: "ann",
      token_use: "access",
    });
    const email = await new Promise((resolve, reject) =>
      user.getUserAttributes((error, found) =>
        error ? reject(error) : resolve(found?.find(({ Name }) => Name === "email")?.Value),
      ),
    );
    expect(email).to.equal("ann@example.com");
    const refresh = () =>
      new Promise<CognitoUserSession>((resolve, reject) =>
        user.refreshSession(session.getRefreshToken(), (error: Error | null, fresh: CognitoUserSession) =>
          error ? reject(error) : resolve(fresh),
        ),
      );
    expect((await refresh()).getIdToken().payload.sub).to.equal(session.getIdToken().payload.sub);
    await new Promise((resolve, reject) => user.globalSignOut({ onSuccess: resolve, onFailure: reject }));
    expect(await failure(refresh())).to.equal("NotAuthorizedException: Refresh Token has been revoked");
  });

  it("chooses a new password, and is refused by a wrong one and by nobody's name alike", async () => {
    await pool.addUser("new", { permanent: false });
    const chosen = "Better-horse-2";
    expect((await signIn(userOf("NEW"), password, chosen)).isValid()).to.equal(true);
    expect((await signIn(userOf("new"), chosen)).isValid()).to.equal(true);
    const { UserStatus } = await pool.client.send(new AdminGetUserCommand({ UserPoolId, Username: "new" }));
    expect(UserStatus).to.equal("CONFIRMED");
    for (const name of ["new", "nobody"]) {
      expect(await failure(signIn(userOf(name), "Wrong-horse-3"))).to.equal(
        "NotAuthorizedException: Incorrect username or password.",
      );
    }
  });
});

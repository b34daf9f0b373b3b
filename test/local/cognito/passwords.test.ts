import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  ChangePasswordCommand,
  ConfirmForgotPasswordCommand,
  DeleteUserAttributesCommand,
  ForgotPasswordCommand,
  GetUserAttributeVerificationCodeCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  UpdateUserAttributesCommand,
  VerifyUserAttributeCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { type UserPoolFixture, UserPoolId, failure, password, startUserPool } from "../../support/userPool";

describe("passwords of a user pool on this machine", () => {
  let pool: UserPoolFixture;

  before(async () => {
    pool = await startUserPool();
  });
  after(() => pool.close());

  it("answers a wrong password and an unknown name alike", async () => {
    await pool.addUser("victim");
    const refusal = "NotAuthorizedException: Incorrect username or password.";
    expect(await failure(pool.signIn("victim", "Wrong-horse-1"))).to.equal(refusal);
    expect(await failure(pool.signIn("nobody"))).to.equal(refusal);
    await pool.addUser("newcomer", { permanent: false });
    expect(await failure(pool.signIn("newcomer", "Wrong-horse-1"))).to.equal(refusal);
  });

  it("has a new user replace the temporary password, once and by himself", async () => {
    const USERNAME = await pool.addUser("fresh", { permanent: false });
    const { ChallengeName, Session: challenge } = await pool.signIn(USERNAME);
    expect(ChallengeName).to.equal("NEW_PASSWORD_REQUIRED");
    const respond = (NEW_PASSWORD: string, Session = challenge) =>
      pool.client.send(
        new RespondToAuthChallengeCommand({
          ClientId: pool.clientId,
          ChallengeName: "NEW_PASSWORD_REQUIRED",
          ChallengeResponses: { USERNAME, NEW_PASSWORD },
          Session,
        }),
      );
    expect(await failure(respond("Better-horse-2", "another session, made up"))).to.match(
      /^NotAuthorizedException/,
    );
    expect(await failure(respond("short"))).to.match(/^InvalidPasswordException: .*not long enough/);
    const { AuthenticationResult: result } = await respond("Better-horse-2");
    expect(result).to.include({ ExpiresIn: 3600, TokenType: "Bearer" });
    expect((await pool.refresh(result?.RefreshToken ?? "")).AuthenticationResult?.AccessToken).to.be.a(
      "string",
    );
    expect(await failure(respond("Better-horse-3"))).to.match(/^NotAuthorizedException/);
    expect((await pool.signIn(USERNAME, "Better-horse-2")).AuthenticationResult?.AccessToken).to.be.a(
      "string",
    );
  });

  const passwords: readonly [password: string, problem: string][] = [
    ["Short-1", "Password not long enough"],
    ["lower-case-only-1", "Password must have uppercase characters"],
    ["UPPER-CASE-ONLY-1", "Password must have lowercase characters"],
    ["No-Numbers-At-All", "Password must have numeric characters"],
    ["NoSymbolsAtAll1", "Password must have symbol characters"],
  ];
  it("keeps to the password policy wherever a password is set", async () => {
    const Username = await pool.addUser("policy");
    const { access } = await pool.tokens(Username);
    for (const [Password, problem] of passwords) {
      const refusal = `InvalidPasswordException: Password did not conform with policy: ${problem}`;
      const set = pool.client.send(
        new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }),
      );
      expect(await failure(set)).to.equal(refusal);
      const create = pool.client.send(
        new AdminCreateUserCommand({ UserPoolId, Username: "policy2", TemporaryPassword: Password }),
      );
      expect(await failure(create)).to.equal(refusal);
      const change = pool.client.send(
        new ChangePasswordCommand({
          AccessToken: access,
          PreviousPassword: password,
          ProposedPassword: Password,
        }),
      );
      expect(await failure(change)).to.equal(refusal);
    }
    expect((await pool.signIn(Username)).AuthenticationResult?.AccessToken).to.be.a("string");
  });

  it("replaces a forgotten one by a code that is mailed, and answers for nobody the same", async () => {
    const Username = await pool.addUser("forgetful", {
      attributes: { email: "f@example.com", email_verified: "true" },
    });
    const forgot = (name: string) =>
      pool.client.send(new ForgotPasswordCommand({ ClientId: pool.clientId, Username: name }));
    const details = { AttributeName: "email", DeliveryMedium: "EMAIL" };
    expect((await forgot("nobody")).CodeDeliveryDetails).to.include(details);
    expect(pool.messages).to.deep.equal([]);
    const { CodeDeliveryDetails } = await forgot(Username);
    expect(CodeDeliveryDetails).to.deep.equal({ ...details, Destination: "f***@e***" });
    const code = /\d{6}$/.exec(pool.messages.at(-1) ?? "")?.[0] ?? "";
    const confirm = (name: string, ConfirmationCode: string) =>
      pool.client.send(
        new ConfirmForgotPasswordCommand({
          ...{ ClientId: pool.clientId, Username: name, ConfirmationCode, Password: "Better-horse-2" },
        }),
      );
    const wrong = code === "000000" ? "000001" : "000000";
    for (const name of [Username, "nobody"]) {
      expect(await failure(confirm(name, wrong))).to.match(/^CodeMismatchException: /);
    }
    await confirm(Username, code);
    expect(await failure(confirm(Username, code))).to.match(/^ExpiredCodeException: /);
    const { AuthenticationResult: result } = await pool.signIn(Username, "Better-horse-2");
    expect(result?.AccessToken).to.be.a("string");
  });

  it("mails no code to an address that was deleted, and takes none that was mailed to another", async () => {
    const email = (Value: string) => ({ Name: "email", Value });
    for (const name of ["email", "phone_number"]) {
      const attributes = {
        [name]: name === "email" ? "m@example.com" : "+4912345",
        [`${name}_verified`]: "true",
      };
      const Username = await pool.addUser(`moved-${name}`, { attributes });
      const { access: AccessToken } = await pool.tokens(Username);
      await pool.client.send(new DeleteUserAttributesCommand({ AccessToken, UserAttributeNames: [name] }));
      const forgot = new ForgotPasswordCommand({ ClientId: pool.clientId, Username });
      expect(await failure(pool.client.send(forgot))).to.match(
        /^InvalidParameterException: Cannot reset password/,
      );
    }
    const { access: AccessToken } = await pool.tokens("moved-email");
    const update = (Value: string) =>
      pool.client.send(new UpdateUserAttributesCommand({ AccessToken, UserAttributes: [email(Value)] }));
    await update("old@example.com");
    await pool.client.send(
      new GetUserAttributeVerificationCodeCommand({ AccessToken, AttributeName: "email" }),
    );
    const Code = /\d{6}$/.exec(pool.messages.at(-1) ?? "")?.[0] ?? "";
    await update("new@example.com");
    const verify = new VerifyUserAttributeCommand({ AccessToken, AttributeName: "email", Code });
    expect(await failure(pool.client.send(verify))).to.match(/^ExpiredCodeException/);
  });

  it("takes no empty secret for one", async () => {
    const revoke = new RevokeTokenCommand({ ClientId: pool.clientId, Token: "t", ClientSecret: "" });
    expect(await failure(pool.client.send(revoke))).to.match(
      /^InvalidParameterException: .*'clientSecret'.*greater than or equal to 1/,
    );
  });
});

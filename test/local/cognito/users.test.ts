import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminGetUserCommand,
  AdminUpdateUserAttributesCommand,
  CreateGroupCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ListGroupsCommand,
  ListUsersCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import {
  type UserPoolFixture,
  UserPoolId,
  claims,
  clientInputs,
  failure,
  password,
  poolInputs,
  startUserPool,
} from "../../support/userPool";

describe("users of a user pool on this machine", () => {
  let pool: UserPoolFixture;

  before(async () => {
    pool = await startUserPool();
  });
  after(() => pool.close());

  it("names a user who is missing to an administrator, and forgets the groups of one who is deleted", async () => {
    const UserAttributes = [{ Name: "custom:test", Value: "x" }];
    const missing = pool.client.send(
      new AdminUpdateUserAttributesCommand({ UserPoolId, Username: "missing", UserAttributes }),
    );
    expect(await failure(missing)).to.equal("UserNotFoundException: User does not exist.");
    const Username = await pool.addUser("phoenix");
    await pool.client.send(new CreateGroupCommand({ UserPoolId, GroupName: "birds" }));
    await pool.client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "birds" }));
    await pool.client.send(new AdminDeleteUserCommand({ UserPoolId, Username }));
    const { access } = await pool.tokens(await pool.addUser("phoenix"));
    expect(claims(access)).to.not.have.property("cognito:groups");
  });

  it("refuses to let users sign themselves up", async () => {
    const signUp = pool.client.send(
      new SignUpCommand({ ClientId: pool.clientId, Username: "intruder", Password: password }),
    );
    expect(await failure(signUp)).to.equal(
      "NotAuthorizedException: SignUp is not permitted for this user pool",
    );
    const { Users } = await pool.client.send(new ListUsersCommand({ UserPoolId }));
    expect(Users?.map(({ Username }) => Username)).to.not.include("intruder");
  });

  it("refuses a flow that the client doesn't have, and a user who is disabled", async () => {
    const Username = await pool.addUser("disabled");
    const other = pool.cognito.createUserPoolClient({
      ...clientInputs,
      explicitAuthFlows: [],
      id: "other",
    });
    expect(other).to.equal("other");
    const AuthParameters = { USERNAME: Username, PASSWORD: password };
    const flow = pool.client.send(
      new InitiateAuthCommand({ ClientId: other, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }),
    );
    expect(await failure(flow)).to.equal(
      "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client",
    );
    const { refreshToken } = await pool.tokens(Username);
    await pool.client.send(new AdminDisableUserCommand({ UserPoolId, Username }));
    expect(await failure(pool.signIn(Username))).to.equal("NotAuthorizedException: User is disabled.");
    expect(await failure(pool.refresh(refreshToken))).to.equal("NotAuthorizedException: User is disabled.");
  });

  it("keeps to the attributes' lengths, and to those that can't change", async () => {
    const Username = await pool.addUser("attributes");
    const update = (Name: string, Value: string) =>
      pool.client.send(
        new AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes: [{ Name, Value }] }),
      );
    const create = (Value: string) =>
      pool.client.send(
        new AdminCreateUserCommand({
          UserPoolId,
          Username: `user-${Value}`,
          UserAttributes: [{ Name: "custom:username", Value }],
        }),
      );
    expect(await failure(create("x"))).to.match(
      /^InvalidParameterException: .*custom:username.*minimum length of 2/,
    );
    expect(await failure(create("x".repeat(11)))).to.match(/custom:username.*maximum length of 10/);
    await create("x".repeat(10));
    expect(await failure(update("custom:test", "x".repeat(51)))).to.match(
      /custom:test.*maximum length of 50/,
    );
    expect(await failure(update("custom:username", "alice"))).to.match(/custom:username.*cannot be updated/);
    expect(await failure(update("custom:missing", "x"))).to.match(/custom:missing.*does not exist/);
    await update("custom:test", "x".repeat(50));
    const { UserAttributes } = await pool.client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    expect(UserAttributes).to.deep.include({ Name: "custom:test", Value: "x".repeat(50) });
    expect(UserAttributes).to.deep.include({ Name: "custom:username", Value: "bob" });
  });

  it("lets no user have the address by which another signs in", async () => {
    const byEmail = await startUserPool({ ...poolInputs, usernameAttributes: ["email"] });
    await byEmail.addUser("one@example.com");
    await byEmail.addUser("two@example.com");
    const rename = (Username: string, Value: string) =>
      byEmail.client.send(
        new AdminUpdateUserAttributesCommand({
          ...{ UserPoolId, Username, UserAttributes: [{ Name: "email", Value }] },
        }),
      );
    expect(await failure(rename("two@example.com", "One@example.com"))).to.equal(
      "AliasExistsException: An account with the email already exists.",
    );
    await rename("two@example.com", "TWO@example.com");
    await rename("two@example.com", "three@example.com");
    await byEmail.close();
  });

  it("knows a user in capitals and in small letters", async () => {
    await pool.addUser("Capital");
    const { access } = await pool.tokens("cAPITAL");
    expect(claims(access).username).to.equal("capital");
  });

  it("answers a user about himself for a genuine access token only", async () => {
    const { access, id } = await pool.tokens(await pool.addUser("self"));
    const about = (AccessToken: string) => pool.client.send(new GetUserCommand({ AccessToken }));
    expect((await about(access)).Username).to.equal("self");
    const [header = "", payload = "", signature = ""] = access.split(".");
    const other = { ...claims(access), username: "victim" };
    const forged = [header, Buffer.from(JSON.stringify(other)).toString("base64url"), signature].join(".");
    expect(payload).to.not.equal(forged.split(".")[1]);
    for (const token of [forged, id, "no token"]) {
      expect(await failure(about(token))).to.equal("NotAuthorizedException: Invalid Access Token");
    }
  });

  it("lists sixty a page, with the attributes asked for and the users that the filter names", async () => {
    const names = Array.from({ length: 63 }, (_, index) => `paged-${String(index).padStart(2, "0")}`);
    for (const name of names) {
      await pool.addUser(name, { permanent: false, attributes: { email: `${name}@example.com` } });
    }
    for (const GroupName of names) await pool.client.send(new CreateGroupCommand({ UserPoolId, GroupName }));
    const Filter = 'email ^= "paged-"';
    const first = await pool.client.send(
      new ListUsersCommand({ UserPoolId, Filter, AttributesToGet: ["email"] }),
    );
    expect(first.Users).to.have.length(60);
    expect(first.Users?.[0]?.Attributes).to.deep.equal([{ Name: "email", Value: "paged-00@example.com" }]);
    const { PaginationToken } = first;
    const second = await pool.client.send(new ListUsersCommand({ UserPoolId, Filter, PaginationToken }));
    expect([...(first.Users ?? []), ...(second.Users ?? [])].map(({ Username }) => Username)).to.deep.equal(
      names,
    );
    expect(second.PaginationToken).to.equal(undefined);
    const groups = await pool.client.send(new ListGroupsCommand({ UserPoolId }));
    expect(groups.Groups).to.have.length(60);
    const { Groups } = await pool.client.send(
      new ListGroupsCommand({ UserPoolId, NextToken: groups.NextToken }),
    );
    const all = [...(groups.Groups ?? []), ...(Groups ?? [])].map(({ GroupName }) => GroupName);
    expect(all)
      .to.include.members(names)
      .and.to.deep.equal([...new Set(all)]);
  });
});

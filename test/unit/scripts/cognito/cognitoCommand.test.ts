import { CognitoIdentityProviderServiceException } from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { GroundworkError } from "../../../../infra/error";
import { explained } from "../../../../scripts/cognito/failure";
import { Target } from "../../../../scripts/cognito/target";
import { rejection } from "../../../support/rejection";
import { keepEnvironment } from "../../../support/environment";

describe("the cognito command", () => {
  const refusals: readonly [name: string, message: string, line: RegExp][] = [
    ["NotAuthorizedException", "Incorrect username or password.", /name or the password is wrong$/],
    ["NotAuthorizedException", "User is disabled.", /^The user is disabled: /],
    ["NotAuthorizedException", "Refresh Token has expired", /expired, revoked.*sign in again with get-token/],
    ["NotAuthorizedException", "Refresh Token has been revoked", /expired, revoked.*sign in again/],
    ["NotAuthorizedException", "Invalid Refresh Token", /another client's: sign in again/],
    ["NotAuthorizedException", "Client x is configured with secret", /: set COGNITO_CLIENT_SECRET in/],
    ["UnauthorizedException", "The token is not this client's", /look at COGNITO_CLIENT_ID/],
    ["UserNotFoundException", "User does not exist.", /^There is no such user: list-users/],
    ["UsernameExistsException", "User account already exists", /^The user exists already: /],
    ["ResourceNotFoundException", "Group not found.", /^Group not found: .*list-groups shows the groups$/],
    ["InvalidPasswordException", "too short", /^The password is refused: too short$/],
    ["AccessDeniedException", "not authorized to perform x", /^Your AWS user may not do this: /],
  ];
  for (const [name, message, line] of refusals) {
    it(`says in one line what to do about ${name}: ${message}`, () => {
      const error = new CognitoIdentityProviderServiceException({
        name,
        message,
        $fault: "client",
        $metadata: { httpStatusCode: 400 },
      });
      const told = explained(error);
      expect(told).to.be.instanceOf(GroundworkError);
      expect((told as Error).message)
        .to.match(line)
        .and.not.contain("\n");
    });
  }

  it("says that Cognito can't be reached, however deep the reason lies, and leaves bugs as they are", () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const told = explained(new Error("fetch failed", { cause: new AggregateError([refused]) }));
    expect((told as Error).message).to.match(/^Cognito can't be reached \(ECONNREFUSED\): /);
    const bug = new TypeError("x is not a function");
    expect(explained(bug)).to.equal(bug);
  });

  describe("away from a stack", () => {
    let restore: () => void;
    beforeEach(() => {
      restore = keepEnvironment();
      delete process.env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER;
      process.env.COGNITO_USER_POOL_ID = "eu-west-1_a1b2c3d4e";
    });
    afterEach(() => restore());

    const noOutputs = () => Promise.reject(new Error("asked for a stack's outputs"));
    const target = (stackNamed = false) =>
      new Target({ stack: "dev", stackNamed, env: "/nowhere/.env" }, noOutputs);

    it("goes where AWS_ENDPOINT_URL says, in the pool's region", async () => {
      process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:5000";
      const { config } = await target().connect();
      expect(await config.region()).to.equal("eu-west-1");
      expect(await config.endpoint?.()).to.include({ hostname: "127.0.0.1", port: 5000 });
    });

    it("has one client for all that it asks, which goes with it", async () => {
      process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:5000";
      const one = target();
      const client = await one.connect();
      let destroyed = 0;
      client.destroy = () => void destroyed++;
      expect(await one.connect()).to.equal(client);
      await one.close();
      expect(destroyed).to.equal(1);
      process.env.AWS_ENDPOINT_URL = "nonsense";
      const none = target();
      await rejection(none.connect());
      await none.close();
    });

    it("refuses an AWS_ENDPOINT_URL that is no address, and names an id that is missing", async () => {
      for (const address of ["nonsense", "127.0.0.1:5000", "localhost:5000"]) {
        process.env.AWS_ENDPOINT_URL = address;
        expect(await rejection(target().connect()), address).to.match(/^AWS_ENDPOINT_URL is not an address/);
      }
      expect(await rejection(target().clientId())).to.match(/^COGNITO_CLIENT_ID is missing: add it to /);
    });

    it("asks the stack that is named, whatever the environment says", async () => {
      expect(await rejection(target(true).userPoolId())).to.equal("asked for a stack's outputs");
    });
  });
});

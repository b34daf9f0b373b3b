import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { checkCredentials } from "../../../../scripts/stacks/credentials";
import { keepEnvironment } from "../../../support/environment";
import { rejection } from "../../../support/rejection";

describe("the AWS credentials", () => {
  let server: Server;
  let answer: { status: number; body: string };
  let restore: () => void;

  before((done) => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(answer.status, { "content-type": "text/xml" }).end(answer.body);
    }).listen(0, "127.0.0.1", done);
  });
  after((done) => void server.close(done));
  beforeEach(() => {
    restore = keepEnvironment();
    answer = { status: 200, body: identity("123456789012") };
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      // Nothing of the machine that the test runs on.
      AWS_CONFIG_FILE: "/nonexistent/config",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });
  afterEach(() => restore());

  const region = { "aws:region": "eu-west-1" };
  const allowed = { ...region, "aws:allowedAccountIds": '["123456789012","210987654321"]' };

  it("are in order for an account that the environment allows, and for any where it names none", async () => {
    expect(await checkCredentials("prod", allowed)).to.equal(undefined);
    expect(await checkCredentials("dev", region)).to.equal(undefined);
  });

  it("of another account are refused, naming both", async () => {
    answer.body = identity("999999999999");
    expect(await rejection(checkCredentials("prod", allowed))).to.equal(
      "these AWS credentials are of account 999999999999, where prod may not be: aws:allowedAccountIds names " +
        "123456789012, 210987654321 in Pulumi.prod.yaml. Choose the profile of the right one with AWS_PROFILE",
    );
  });

  it("of a forbidden account are refused", async () => {
    const config = { ...region, "aws:forbiddenAccountIds": '["123456789012"]' };
    expect(await rejection(checkCredentials("dev", config))).to.include("aws:forbiddenAccountIds names it");
  });

  it("that aren't there are told with what to do", async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    expect(await checkCredentials("dev", region)).to.equal(
      "there are no AWS credentials: sign in, for instance with aws sso login, or set AWS_PROFILE",
    );
  });

  for (const code of ["ExpiredToken", "InvalidClientTokenId"]) {
    it(`that AWS answers with ${code} are told with what to do`, async () => {
      answer = { status: 403, body: failure(code) };
      const message = await rejection(checkCredentials("dev", region));
      expect(message).to.include("has expired or is not valid here: sign in again").and.not.include("\n");
    });
  }

  it("aren't asked for where the environment is an emulator or takes on a role of its own", async () => {
    delete process.env.AWS_ENDPOINT_URL_STS;
    for (const told of [{ "aws:skipCredentialsValidation": "true" }, { "aws:assumeRoles": "[]" }]) {
      expect(await checkCredentials("dev", { ...region, ...told })).to.equal(undefined);
    }
  });
});

const identity = (account: string): string =>
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const failure = (code: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>The token is no good</Message></Error></ErrorResponse>`;

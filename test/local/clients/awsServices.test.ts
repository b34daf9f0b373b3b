import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { Session } from "../../../local/session";
import { type AuthStack, startAuthStack } from "../../support/authStack";
import { pythonWith } from "../../support/pythonWith";

/** Clients that aren't of JavaScript sign in ways of their own. */
describe("a stock client of AWS at the environment on this machine", () => {
  const session = new Session();
  let stack: AuthStack;
  let env: Record<string, string | undefined>;

  before(async () => {
    stack = await startAuthStack(session);
    const { s3, queues, secrets, ec2 } = stack.services;
    s3.createBucket("stock");
    queues.createQueue("stock");
    secrets.put("arn:aws:secretsmanager:us-east-1:123456789012:secret:stock-abcdef", "hidden");
    ec2.printHostKeys("i-1", ["ssh-ed25519 AAAA"]);
    const { PATH } = process.env;
    const COGNITO_USER_POOL_ID = String(stack.outputs.userPoolId);
    env = {
      PATH,
      HOME: session.dir,
      LC_ALL: "C.UTF-8",
      COGNITO_USER_POOL_ID,
      ...stack.services.environment(),
    };
  });
  after(() => session.close());

  const run = async (python: string, ...args: string[]): Promise<string> =>
    (await promisify(execFile)(python, args, { env, encoding: "utf8" })).stdout;

  it("calls every service: boto3", async function () {
    const python = pythonWith(this, "boto3");
    expect(JSON.parse(await run(python, path.join(__dirname, "awsServices.py")))).to.deep.equal({
      get: "content",
      list: ["a key+(1)/ü.txt"],
      presigned: "content",
      put: "by address",
      deleted: 3,
      forged: 403,
      queue: "stock",
      secret: "hidden",
      function: "__index.handler",
      console: true,
      users: [],
      glue: "EntityNotFoundException",
      stranger: "UnrecognizedClientException",
    });
  }).timeout(60_000);

  it("calls S3 and Cognito: the AWS CLI", async function () {
    const python = pythonWith(this, "awscli");
    const aws = (...args: string[]) => run(python, "-m", "awscli", ...args);
    await aws("s3", "cp", __filename, "s3://stock/by cli.ts");
    expect(await aws("s3", "ls", "s3://stock/")).to.include("by cli.ts");
    const pool = ["--user-pool-id", String(stack.outputs.userPoolId)];
    expect(JSON.parse(await aws("cognito-idp", "list-users", ...pool))).to.deep.equal({ Users: [] });
  }).timeout(60_000);
});

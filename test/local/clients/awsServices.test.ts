import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { Session } from "../../local/session";
import { type AuthStack, startAuthStack } from "../support/authStack";

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

  const run = async (program: string, ...args: string[]): Promise<string> =>
    (await execute(program, args, { env, encoding: "utf8" })).stdout;
  const runs = (program: string, ...args: string[]): Promise<boolean> =>
    run(program, ...args).then(
      () => true,
      () => false,
    );

  const havingBoto3 = async (): Promise<string[]> => {
    const have = await Promise.all(pythons.map((python) => runs(python, "-c", "import boto3")));
    return pythons.filter((_, at) => have[at]);
  };

  it("calls every service: boto3", async function () {
    const [python] = await havingBoto3();
    if (python === undefined) {
      process.stderr.write("    skipped: no python3 has boto3 (pip install boto3)\n");
      return this.skip();
    }
    expect(JSON.parse(await run(python, path.join(__dirname, "stockClients.py")))).to.deep.equal({
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
    if (!(await runs("aws", "--version"))) {
      process.stderr.write("    skipped: there is no aws on PATH\n");
      return this.skip();
    }
    await run("aws", "s3", "cp", __filename, "s3://stock/by cli.ts");
    expect(await run("aws", "s3", "ls", "s3://stock/")).to.include("by cli.ts");
    const pool = ["--user-pool-id", String(stack.outputs.userPoolId)];
    expect(await run("aws", "cognito-idp", "list-users", ...pool)).to.include('"Users": []');
  }).timeout(60_000);
});

/** The second is what .ci/run makes where there is none. */
const pythons = ["python3", path.join(__dirname, "../../.cache/moto/bin/python")];

const execute = promisify(execFile);

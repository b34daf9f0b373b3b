import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { strToU8, zipSync } from "fflate";
import type { Browser, Page } from "playwright-core";
import { Session } from "../../../../local/session";
import { startConsole } from "../../../../scripts/console/server";
import { outputReader, type stackOutputs } from "../../../../scripts/shared/stackOutputs";
import { openChromium } from "../../../support/chromium";
import { dropFile } from "../../../support/dropFile";
import { keepEnvironment } from "../../../support/environment";
import { type Moto, startMoto } from "../../../support/moto";

const bucketName = "loads";
/** Lambda's own: moto keeps no other one of a function. */
const logGroup = "/aws/lambda/dev-ingest";

/** What it shows there isn't shaped after the environment on this machine; moto runs no function, and serves no API. */
describe("the console at moto's server, in a browser", function () {
  this.timeout(120_000);
  let moto: Moto;
  let session: Session;
  let restore: () => void;
  let browser: Browser;
  let page: Page;

  before(async function () {
    moto = await startMoto(this);
    browser = await openChromium(this);
    restore = keepEnvironment();
    const keys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    Object.assign(process.env, { AWS_ENDPOINT_URL: moto.url, AWS_REGION: "us-east-1", ...keys });
    const outputs = await deploy(moto.url);
    const readOutputs: typeof stackOutputs = (stack, project) =>
      Promise.resolve(outputReader(stack, project, outputs));
    session = new Session();
    page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(await startConsole(session, "dev", { readOutputs }));
  });
  after(async () => {
    await browser?.close();
    await session?.close();
    restore?.();
    moto?.close();
  });
  const go = (name: string) => page.click(`nav >> text=${name}`);

  it("puts a file that is dropped on it into the bucket, and says in its own panel that no function answers", async () => {
    await dropFile(page, "dropped.csv", "a,b\n1,2\n");
    await page.waitForSelector("#said >> text=is in the bucket");
    const s3 = new S3Client({ forcePathStyle: true });
    const { ContentLength } = await s3.send(
      new HeadObjectCommand({ Bucket: bucketName, Key: "dropped.csv" }),
    );
    s3.destroy();
    expect(ContentLength).to.equal(8);
    await page.waitForSelector("[data-load^='/files/jobs'] .problem");
  });

  it("makes a user and a group, and signs the user in", async () => {
    await go("Users");
    const fill = async (action: string, fields: Record<string, string>, said: string): Promise<void> => {
      for (const [name, value] of Object.entries(fields))
        await page.fill(`[action="/users/${action}"] [name=${name}]`, value);
      await page.keyboard.press("Enter");
      await page.waitForSelector(`#said >> text=${said}`);
    };
    const user = { username: "alice", password: "Correct-horse-1" };
    await fill("create", user, "alice is there");
    await fill("group", { group: "test-g1" }, "test-g1 is there");
    await fill("member", { username: "alice", group: "test-g1" }, "alice is in test-g1");
    await page.waitForSelector("tr:has-text('alice') >> text=test-g1");
    await fill("signIn", user, "alice is signed in");
    await page.waitForSelector("text=alice: access token");
    await page.waitForSelector("pre:has-text('test-g1')");
  });

  it("shows a function, its log, and a dead letter", async () => {
    await go("Functions");
    await page.waitForSelector("tr:has-text('dev-ingest') >> text=1769 MB");
    await page.waitForSelector("tr:has-text('late.csv') >> text=too late");
    await page.click("main >> text=/^ingest$/");
    await page.waitForSelector("pre.log >> text=hello from moto");
    await page.waitForSelector("text=The archive can't be fetched");
  });
});

/** What the programs would make of it, as far as moto has it. @returns outputs of all stacks */
async function deploy(url: string): Promise<Record<string, unknown>> {
  const s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucketName }));
  const sqs = new SQSClient({});
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "letters" }));
  const records = [
    {
      eventName: "ObjectCreated:Put",
      s3: { bucket: { name: bucketName }, object: { key: "late.csv", eTag: "e" } },
    },
  ];
  const letter = {
    requestContext: { condition: "RetriesExhausted" },
    requestPayload: { Records: records },
    responsePayload: { errorType: "Error", errorMessage: "too late" },
  };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter) }));
  const logs = new CloudWatchLogsClient({});
  await logs.send(new CreateLogGroupCommand({ logGroupName: logGroup }));
  const stream = { logGroupName: logGroup, logStreamName: "one" };
  await logs.send(new CreateLogStreamCommand(stream));
  const logEvents = [{ timestamp: Date.now() - 1000, message: "hello from moto" }];
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  const cognito = new CognitoIdentityProviderClient({});
  const { UserPool } = await cognito.send(new CreateUserPoolCommand({ PoolName: "pool" }));
  const UserPoolId = UserPool?.Id ?? "";
  const { UserPoolClient } = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: "app",
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    }),
  );
  const lambda = new LambdaClient({});
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: "dev-ingest",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      MemorySize: 1769,
      Role: await makeRole(url),
      Code: { ZipFile: zipSync({ "index.js": strToU8("exports.handler = () => 1;") }) },
    }),
  );
  for (const client of [s3, sqs, logs, cognito, lambda]) client.destroy();
  return {
    bucketName,
    jobsFunctionName: "dev-ingest-jobs",
    deadLetterQueueUrl: QueueUrl,
    logGroups: { ingest: logGroup },
    userPoolId: UserPoolId,
    userPoolClientId: UserPoolClient?.ClientId,
    issuer: `${url}/${UserPoolId}`,
    apiUrl: url,
  };
}

/** By IAM's own protocol: its client is no package of ours, and moto knows the service by the signature's scope. */
async function makeRole(url: string): Promise<string> {
  const parameters = {
    Action: "CreateRole",
    Version: "2010-05-08",
    RoleName: "ingest",
    AssumeRolePolicyDocument: "{}",
  };
  const authorization = "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/iam/aws4_request";
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization },
    body: new URLSearchParams(parameters),
  });
  const text = await answer.text();
  return /<Arn>([^<]+)/.exec(text)?.[1] ?? text;
}

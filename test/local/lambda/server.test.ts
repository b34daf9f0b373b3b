import { createHash } from "node:crypto";
import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { strFromU8, unzipSync } from "fflate";
import { startLambda } from "../../../local/lambda/server";
import type { LocalLambda } from "../../../local/lambda/service";
import { clientConfig, functionSpec, useSession } from "../../support/lambda";
import { errorOf } from "../../support/rejection";

const source = `exports.handler = async (event) => {
  console.log("got", event.x);
  console.error("told");
  if (event.fail) throw new Error("failed");
  return { x: event.x };
};`;

describe("Lambda's API on this machine", () => {
  const session = useSession();
  let lambda: LocalLambda;
  let client: LambdaClient;

  before(async () => {
    lambda = await startLambda(session(), { environment: () => ({}) });
    await lambda.createFunction(functionSpec("api", source));
    client = new LambdaClient(clientConfig(lambda.url, session()));
  });

  after(() => client.destroy());

  const send = async (input: object, FunctionName = "api") =>
    client.send(new InvokeCommand({ FunctionName, ...input }));

  it("takes names, ARNs and qualifiers", async () => {
    const arn = "arn:aws:lambda:us-east-1:123456789012:function:api";
    for (const name of ["api", "api:$LATEST", "123456789012:function:api", arn, `${arn}:$LATEST`]) {
      const answer = await send({ Payload: '{"x":1}' }, name);
      expect(answer).to.include({ StatusCode: 200, ExecutedVersion: "$LATEST" });
      expect(answer.Payload?.transformToString()).to.equal('{"x":1}');
    }
  });

  it("answers 200 with FunctionError when the function fails", async () => {
    const answer = await send({ Payload: '{"fail":true}' });
    expect(answer).to.include({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(JSON.parse(answer.Payload?.transformToString() ?? "")).to.include({
      errorType: "Error",
      errorMessage: "failed",
    });
  });

  it("hands over the end of this invocation's log when asked, in order", async () => {
    await send({ Payload: '{"x":"earlier"}' });
    const { LogResult } = await send({ Payload: '{"x":"now"}', LogType: "Tail" });
    const log = Buffer.from(LogResult ?? "", "base64").toString();
    expect(log).to.match(
      /^START RequestId: .*\n.*\tINFO\tgot now\n.*\tERROR\ttold\nEND .*\nREPORT .*Max Memory Used/,
    );
    expect(log).not.to.include("earlier");
    expect(lambda.logs("api")).to.include("earlier").and.to.include("got now");
  });

  it("accepts an Event with 202 and a DryRun with 204", async () => {
    expect((await send({ Payload: "{}", InvocationType: "Event" })).StatusCode).to.equal(202);
    await lambda.idle();
    expect((await send({ InvocationType: "DryRun" })).StatusCode).to.equal(204);
    expect((await send({})).StatusCode).to.equal(200);
  });

  it("refuses what Lambda refuses", async () => {
    const of = async (action: Promise<unknown>) => (await errorOf(action)).name;
    const large = JSON.stringify("x".repeat(1024 * 1024));
    expect(await of(send({ Payload: "{}" }, "missing"))).to.equal("ResourceNotFoundException");
    expect(await of(send({ Payload: "{" }))).to.equal("InvalidRequestContentException");
    expect(await of(send({ Payload: large, InvocationType: "Event" }))).to.equal("RequestTooLargeException");
    expect((await send({ Payload: large })).StatusCode).to.equal(200);
    expect(await of(send({ Payload: JSON.stringify("x".repeat(6 * 1024 * 1024)) }))).to.equal(
      "RequestTooLargeException",
    );
    const unsigned = await fetch(`${lambda.url}/2015-03-31/functions/api/invocations`, { method: "POST" });
    expect(unsigned.status).to.equal(403);
  });

  it("describes functions", async () => {
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: "api" }));
    expect(Configuration).to.include({
      FunctionName: "api",
      MemorySize: 256,
      Timeout: 10,
      State: "Active",
    });
    const { Functions } = await client.send(new ListFunctionsCommand({}));
    expect(Functions?.map(({ FunctionName }) => FunctionName)).to.include("api");
  });

  it("hands out a function's package by an address of its own, with its size and hash, as it is now", async () => {
    const get = async () => client.send(new GetFunctionCommand({ FunctionName: "packed" }));
    await lambda.createFunction(functionSpec("packed", source));
    const { Configuration, Code } = await get();
    const bytes = Buffer.from(await (await fetch(Code?.Location ?? "")).arrayBuffer());
    expect(strFromU8(unzipSync(bytes)["index.js"] ?? new Uint8Array())).to.equal(source);
    const CodeSha256 = createHash("sha256").update(bytes).digest("base64");
    expect(Configuration).to.include({ CodeSize: bytes.length, CodeSha256 });
    const { Functions } = await client.send(new ListFunctionsCommand({}));
    const listed = Functions?.find(({ FunctionName }) => FunctionName === "packed");
    expect(listed).to.include({ CodeSize: bytes.length, CodeSha256 });
    expect((await fetch((Code?.Location ?? "").replace(/.$/, "~"))).status).to.equal(403);
    await lambda.updateFunction("packed", functionSpec("packed", `${source}\n`));
    expect((await get()).Configuration?.CodeSha256).to.not.equal(CodeSha256);
  });
});

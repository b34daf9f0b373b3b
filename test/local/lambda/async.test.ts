import { expect } from "chai";
import type { EventInvokeConfig, FailureRecord } from "../../../local/lambda/async";
import { startLambda } from "../../../local/lambda/server";
import type { InvocationEnd, LocalLambda } from "../../../local/lambda/service";
import { traceOf } from "../../../local/lambda/trace";
import { functionSpec, useSession } from "../../support/lambda";
import { errorOf } from "../../support/rejection";

describe("Asynchronous invocations on this machine", () => {
  const session = useSession();
  let lambda: LocalLambda;
  let ends: InvocationEnd[];

  before(async () => {
    lambda = await startLambda(session(), {
      environment: () => ({ AWS_ENDPOINT_URL_LAMBDA: lambda.url }),
      retryDelays: [5, 10],
    });
    lambda.events.on("end", (end) => ends.push(end));
  });

  beforeEach(() => {
    ends = [];
  });

  /** A function whose failures are gathered. */
  const create = async (name: string, source: string, config: Partial<EventInvokeConfig> = {}) => {
    const dead: FailureRecord[] = [];
    await lambda.createFunction(functionSpec(name, source));
    const onFailure = (record: FailureRecord) => dead.push(record);
    lambda.setEventInvokeConfig(name, { maximumRetryAttempts: 2, onFailure, ...config });
    return dead;
  };
  const failing = 'exports.handler = async () => { throw new Error("always"); };';

  it("are accepted before they run, and are all done when idle() says so", async () => {
    const dead = await create("accepted", "exports.handler = async (event) => event;");
    const accepted = await lambda.invoke("accepted", { n: 1 }, "Event");
    expect(accepted.payload).to.equal("");
    expect(ends).to.deep.equal([]);
    await lambda.invoke("accepted", { n: 2 }, "Event");
    await lambda.idle();
    const payloads = ends.map(({ outcome }) => (outcome.ok ? outcome.payload : "failed"));
    expect(payloads).to.have.members(['{"n":1}', '{"n":2}']);
    expect(ends.map(({ requestId }) => requestId)).to.include(accepted.requestId);
    expect(dead).to.deep.equal([]);
  });

  it("are tried three times under one request id, then dead-lettered with Lambda's record", async () => {
    const dead = await create("failing", failing);
    const { requestId } = await lambda.invoke("failing", { n: 1 }, "Event");
    await lambda.idle();
    expect(ends.map((end) => [end.attempt, end.requestId])).to.deep.equal([
      [1, requestId],
      [2, requestId],
      [3, requestId],
    ]);
    expect(dead).to.have.length(1);
    const { timestamp, responsePayload, ...record } = dead[0] ?? failed("No record");
    expect(record).to.deep.equal({
      version: "1.0",
      requestContext: {
        requestId,
        functionArn: "arn:aws:lambda:us-east-1:123456789012:function:failing:$LATEST",
        condition: "RetriesExhausted",
        approximateInvokeCount: 3,
      },
      requestPayload: { n: 1 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    });
    expect(new Date(timestamp).toISOString()).to.equal(timestamp);
    expect(responsePayload).to.include({ errorType: "Error", errorMessage: "always" });
  });

  it("are not dead-lettered when a retry succeeds, even after a crash", async () => {
    const source = `const fs = require("node:fs");
      exports.handler = async ({ marker }) => {
        if (fs.existsSync(marker)) return "second time";
        fs.writeFileSync(marker, "");
        process.exit(1);
      };`;
    const dead = await create("recovers", source);
    await lambda.invoke("recovers", { marker: `${session().dir}/recovers` }, "Event");
    await lambda.idle();
    expect(ends.map(({ outcome }) => outcome.ok)).to.deep.equal([false, true]);
    expect(dead).to.deep.equal([]);
  });

  it("are tried once when no retry is wanted, and no longer than their age allows", async () => {
    const once = await create("once", failing, { maximumRetryAttempts: 0 });
    const aged = await create("aged", failing, { maximumEventAgeInSeconds: 0 });
    await lambda.invoke("once", {}, "Event");
    await lambda.invoke("aged", {}, "Event");
    await lambda.idle();
    expect(ends.map(({ functionName }) => functionName)).to.deep.equal(["once"]);
    expect(once[0]?.requestContext).to.include({ condition: "RetriesExhausted", approximateInvokeCount: 1 });
    expect(aged[0]?.requestContext).to.include({ condition: "EventAgeExceeded", approximateInvokeCount: 0 });
    expect(aged[0]).not.to.have.property("responsePayload");
  });

  describe("of a function by itself", () => {
    const source = `const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");
      let client;
      exports.handler = async ({ hop, last, type }) => {
        if (hop === last) return hop;
        client ??= new LambdaClient({});
        const answer = await client.send(new InvokeCommand({
          FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
          InvocationType: type ?? "Event",
          Payload: JSON.stringify({ hop: hop + 1, last, type }),
        }));
        return type ? JSON.parse(Buffer.from(answer.Payload)) : hop;
      };`;

    it("are stopped after 16 in one chain, and the event that would go on is dead-lettered", async () => {
      const dead = await create("loop", source);
      await lambda.invoke("loop", { hop: 1, last: 30 }, "Event");
      await lambda.idle();
      expect(ends.map(({ outcome }) => outcome.ok)).to.deep.equal(Array<boolean>(16).fill(true));
      expect(dead.map(({ requestContext }) => requestContext.condition)).to.deep.equal([
        "RecursiveInvocation",
      ]);
      expect(dead[0]?.requestPayload).to.deep.equal({ hop: 17, last: 30 });
    });

    it("go on when recursion is allowed", async () => {
      const dead = await create("allowed", source);
      lambda.setRecursion("allowed", "Allow");
      await lambda.invoke("allowed", { hop: 1, last: 20 }, "Event");
      await lambda.idle();
      expect(ends).to.have.length(20);
      expect(dead).to.deep.equal([]);
    });

    it("that wait for one another fail with RecursiveInvocationException", async () => {
      const { header } = Array.from({ length: 16 }).reduce<{ header: string }>(
        ({ header }) => traceOf(functionSpec("loop", "").arn, header),
        { header: "" },
      );
      const stopped = lambda.invoke("loop", { hop: 1, last: 1 }, "RequestResponse", header);
      expect(await errorOf(stopped)).to.include({ code: "RecursiveInvocationException", statusCode: 400 });
    });

    it("are counted for each function of the chain", () => {
      const [a, b] = ["arn:a", "arn:b"];
      const first = traceOf(a, undefined);
      const other = traceOf(b, first.header);
      const again = traceOf(a, other.header);
      expect([first.count, other.count, again.count]).to.deep.equal([1, 1, 2]);
      const root = /Root=([^;]+)/.exec(first.header)?.[1];
      expect(root).to.match(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
      expect(again.header).to.include(`Root=${root};`);
    });
  });
});

function failed(message: string): never {
  throw new Error(message);
}

import { createHash } from "node:crypto";
import { expect } from "chai";
import { type LocalQueues, startQueues } from "../../../local/sqs/server";
import { useSession } from "../../support/lambda";
import { signedFetch } from "../../support/signed";

interface Answer {
  Messages?: { Body: string; ReceiptHandle: string; MD5OfBody: string }[];
  Attributes?: Record<string, string>;
  QueueUrl?: string;
  MD5OfMessageBody?: string;
  __type?: string;
}

describe("Dead-letter queues on this machine", () => {
  const session = useSession();
  let queues: LocalQueues;

  before(async () => {
    queues = await startQueues(session());
  });

  const call = async (operation: string, input: object): Promise<Answer> => {
    const headers = { "x-amz-target": `AmazonSQS.${operation}` };
    const body = JSON.stringify(input);
    const response = await signedFetch(session().credentials, "sqs", queues.url, { headers, body });
    return (await response.json()) as Answer;
  };
  const counts = async (QueueUrl: string) => {
    const { Attributes } = await call("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    return [Attributes?.ApproximateNumberOfMessages, Attributes?.ApproximateNumberOfMessagesNotVisible].map(
      Number,
    );
  };

  it("are found by name, and count what waits in them", async () => {
    const QueueUrl = queues.createQueue("counted");
    expect((await call("GetQueueUrl", { QueueName: "counted" })).QueueUrl).to.equal(QueueUrl);
    expect(await counts(QueueUrl)).to.deep.equal([0, 0]);
    queues.send("counted", "first");
    const { MD5OfMessageBody } = await call("SendMessage", { QueueUrl, MessageBody: "second" });
    expect(MD5OfMessageBody).to.equal(createHash("md5").update("second").digest("hex"));
    expect(await counts(QueueUrl)).to.deep.equal([2, 0]);
    expect(queues.peek("counted")).to.deep.equal(["first", "second"]);
  });

  it("hide a received message until it is deleted or its time is over", async () => {
    const QueueUrl = queues.createQueue("hidden");
    queues.send("hidden", "message");
    const again = await call("ReceiveMessage", { QueueUrl, VisibilityTimeout: 0 });
    expect(again.Messages?.[0]?.Body).to.equal("message");
    const { Messages } = await call("ReceiveMessage", { QueueUrl });
    expect(await counts(QueueUrl)).to.deep.equal([0, 1]);
    expect((await call("ReceiveMessage", { QueueUrl })).Messages).to.equal(undefined);
    await call("DeleteMessage", { QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle });
    expect(await counts(QueueUrl)).to.deep.equal([0, 0]);
  });

  it("let a receiver wait for the next message", async () => {
    const QueueUrl = queues.createQueue("awaited");
    const waiting = call("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 });
    queues.send("awaited", "at last");
    expect((await waiting).Messages?.map(({ Body }) => Body)).to.deep.equal(["at last"]);
  });

  it("can be emptied", async () => {
    const QueueUrl = queues.createQueue("emptied");
    queues.send("emptied", "message");
    await call("PurgeQueue", { QueueUrl });
    expect(queues.peek("emptied")).to.deep.equal([]);
  });

  it("answer QueueDoesNotExist for a name that was never created", async () => {
    const answer = await call("GetQueueUrl", { QueueName: "missing" });
    expect(answer.__type).to.equal("com.amazonaws.sqs#QueueDoesNotExist");
    expect(() => queues.send("missing", "x")).to.throw("missing");
  });
});

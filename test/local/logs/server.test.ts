import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { expect } from "chai";
import { startLogs } from "../../../local/logs/server";
import { Session } from "../../../local/session";
import { clientConfig } from "../../support/lambda";

describe("CloudWatch Logs on this machine", () => {
  let session: Session;
  let client: CloudWatchLogsClient;
  const event = (timestamp: number, message: string) => ({
    logStreamName: "stream",
    eventId: String(timestamp),
    timestamp,
    message,
  });
  const events = [event(30, "third"), event(10, "first"), event(20, "second")];

  before(async () => {
    session = new Session();
    const endpoint = await startLogs(session, () => new Map([["/aws/lambda/f", () => events]]));
    client = new CloudWatchLogsClient(clientConfig(endpoint, session));
  });
  after(async () => {
    client.destroy();
    await session.close();
  });

  const messages = async (input: { logGroupName: string; startTime?: number; limit?: number }) => {
    const found: (string | undefined)[] = [];
    for await (const { events: page = [] } of paginateFilterLogEvents({ client }, input)) {
      found.push(...page.map(({ message }) => message));
    }
    return found;
  };

  it("hands out a group's events in the order of their times, page by page", async () => {
    expect(await messages({ logGroupName: "/aws/lambda/f", limit: 1 })).to.deep.equal([
      "first",
      "second",
      "third",
    ]);
  });

  it("begins where it is told to", async () => {
    expect(await messages({ logGroupName: "/aws/lambda/f", startTime: 20 })).to.deep.equal([
      "second",
      "third",
    ]);
  });

  it("refuses a group that isn't there, as CloudWatch does", async () => {
    const refused = await messages({ logGroupName: "/aws/lambda/g" }).catch((error: unknown) => error);
    expect(refused).to.have.property("name", "ResourceNotFoundException");
  });
});

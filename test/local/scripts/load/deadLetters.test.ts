import { expect } from "chai";
import { startQueues } from "../../../../local/sqs/server";
import { DeadLetters } from "../../../../scripts/load/deadLetters";
import { keepEnvironment } from "../../../support/environment";
import { useSession } from "../../../support/lambda";

describe("dead letters", () => {
  const session = useSession();
  const restoreEnvironment = keepEnvironment();
  const { now } = Date;
  afterEach(() => (Date.now = now));
  after(restoreEnvironment);

  /** As Lambda's destination writes it. */
  const letterOf = (key: string): string =>
    JSON.stringify({
      timestamp: "2026-01-02T03:04:05.000Z",
      requestPayload: { bucket: "b", key },
      responsePayload: { errorMessage: "no header" },
    });

  async function queueOf(letters: readonly string[]): Promise<DeadLetters> {
    const queues = await startQueues(session());
    const { accessKeyId, secretAccessKey } = session().credentials;
    Object.assign(process.env, {
      ...{ AWS_ENDPOINT_URL_SQS: queues.url, AWS_REGION: "us-east-1" },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    });
    const url = queues.createQueue("letters");
    for (const letter of letters) queues.send("letters", letter);
    return new DeadLetters(url);
  }

  it("are all read, however long that takes, and stay for who reads next, at once", async () => {
    const keys = Array.from({ length: 45 }, (_, at) => `${at}.csv`);
    const letters = await queueOf(keys.map(letterOf));
    // The queue's clock runs on by some 400 ms with each ten of them.
    let ahead = 0;
    Date.now = () => now() + (ahead += 40);
    for (const time of ["first", "second"])
      expect((await letters.read()).map(({ key }) => key).sort(), time).to.deep.equal([...keys].sort());
    for (const letter of await letters.read()) await letters.remove(letter);
    expect(await letters.read()).to.deep.equal([]);
    letters.close();
  });

  it("are read on behind ten that ask for no file, which are shown as well", async () => {
    const empty = JSON.stringify({ requestPayload: { Records: [] } });
    const letters = await queueOf([...Array<string>(10).fill(empty), letterOf("a.csv")]);
    expect((await letters.read()).map(({ key }) => key)).to.deep.equal([
      ...Array<string>(10).fill(""),
      "a.csv",
    ]);
    letters.close();
  });

  it("name no file where Lambda has not written them, and hold up no others", async () => {
    const letters = await queueOf(["no JSON", "null", "7", "{}", letterOf("a.csv")]);
    const found = await letters.read();
    expect(found.map(({ key, reason }) => [key, reason])).to.deep.equal([
      ["", "the letter can't be read: no JSON"],
      ["", "the letter can't be read: null"],
      ["", "no reason was given"],
      ["", "no reason was given"],
      ["a.csv", "no header"],
    ]);
    letters.close();
  });
});

import { join } from "node:path";
import { expect } from "chai";
import { Chaos, chaosConfig, sumOf } from "../../local/chaos";
import { startEnvironment } from "../../local/environment";
import { writeSample } from "../../local/sample";
import { Session } from "../../local/session";
import { expectations } from "../../local/verify";

describe("A load while everything around it breaks", () => {
  let session: Session;
  before(() => (session = new Session()));
  after(() => session.close());

  it("ends with every row once, and at each moment with rows and checkpoint of one transaction", async function () {
    this.timeout(180_000);
    const config = { ...chaosConfig, "ingest:chunkBytes": String(64 * 1024) };
    const environment = await startEnvironment(session, { stack: "local", config, retryDelays: [100, 200] });
    const { file } = await writeSample(join(session.dir, "chaos.csv"), 8000, { rejects: 10 });
    const chaos = new Chaos(environment, { file, expected: await expectations(file) });
    const { signal } = new AbortController();
    // Three trials often have no kill in the middle of work; these go on until there was one.
    const trials = [];
    do trials.push(await chaos.trial(trials.length + 1, signal));
    while (trials.length < 3 || (sumOf(trials)["kill -9"] === 0 && trials.length < 10));
    await chaos.close();
    expect(trials.flatMap(({ problems }) => problems)).to.deep.equal([]);
    expect(sumOf(trials)["kill -9"]).to.be.greaterThan(0);
  });
});

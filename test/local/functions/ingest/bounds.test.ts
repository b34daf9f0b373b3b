import { expect } from "chai";
import { ingestHandler } from "../../../../functions/ingest/handler";
import records from "../../../../tables/records";
import { packageCallback } from "../../../../trials/packageCallback";
import { IngestFixture, options, resultOf } from "../../../support/ingestFixture";

describe("An ingest function", () => {
  let fixture: IngestFixture;
  before(async () => {
    fixture = await IngestFixture.start();
    const bounded = await packageCallback(ingestHandler({ ...options, maxHops: 2, tables: [records] }));
    await fixture.deploy("bounded", bounded, {}, 9);
  });
  afterEach(() => fixture.clear());
  after(() => fixture.close());

  it("hands over as often as it may, then ends the job with its reason, and hands over no more", async () => {
    let next: unknown = (await fixture.sample(9)).event;
    for (const hop of [0, 1]) {
      expect(await resultOf(fixture.invoke(next, "bounded"))).to.include({ status: "continued", hop });
      next = fixture.handOvers[hop];
    }
    const last = await resultOf(fixture.invoke(next, "bounded"));
    expect(last).to.include({ status: "failed", hop: 2 });
    expect(last.reason).to.match(
      /^not done after 2 hand-overs, the most allowed\. [\d,]+ rows of it are in records/,
    );
    expect(fixture.handOvers).to.have.length(2);
    expect(await fixture.rows("SELECT status, hops FROM ingest_jobs")).to.deep.equal([["failed", 2]]);
    expect((await resultOf(fixture.invoke(next, "bounded"))).status).to.equal("failed");
    expect(fixture.handOvers).to.have.length(2);
  });

  it("leaves no connection behind, whether it is done, hands over, fails or throws", async () => {
    const connections = `SELECT count(*)::int FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
    const none = async (): Promise<void> => {
      // The server notices the end of a connection a moment later.
      while (Number((await fixture.rows(connections))[0]?.[0]) > 0) await new Promise(setImmediate);
    };
    const { event } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    await none();
    fixture.s3.fault = () => ({ cutAfterBytes: 100_000 });
    expect((await fixture.invoke(event)).error).to.match(/\w/);
    fixture.mend();
    await none();
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    await none();
    expect((await resultOf(fixture.invoke(event))).status).to.equal("skipped");
    await none();
    const failed = await resultOf(fixture.invoke(await fixture.put("no header", "other.csv")));
    expect(failed.status).to.equal("failed");
    await none();
  });
});

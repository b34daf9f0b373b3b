import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { writeSample } from "../../local/sample";
import { actuals, compare, expectations } from "../../local/verify";
import { readFileSync } from "node:fs";
import { GlueFixture } from "./support";

/** Small enough for many parts of a small file. */
const args = { part_bytes: 64 * 1024 };

describe("The Glue job, when something comes between,", () => {
  let fixture: GlueFixture;
  let expected: Awaited<ReturnType<typeof expectations>>;
  before(async function () {
    fixture = await GlueFixture.start(this);
    const { file } = await writeSample(path.join(fixture.session.dir, "sample.csv"), 20_000, { rejects: 20 });
    expected = await expectations(file);
    await fixture.byFunction(readFileSync(file), "sample.csv");
  });
  beforeEach(() => fixture.reset());
  after(() => fixture?.close());

  const expectExactly = async (): Promise<void> => {
    expect(compare(expected, await actuals(fixture.client))).to.deep.equal([]);
    expect(await fixture.stagingTables()).to.deep.equal([]);
  };

  it("is exact after it was killed while it staged, and run again", async () => {
    const run = fixture.glue(["sample.csv"], args);
    const ended = run.outcomes.then(
      () => "loaded",
      () => "killed",
    );
    await until(async () => (await fixture.stagingTables()).length > 1);
    run.kill();
    expect(await ended).to.equal("killed");
    expect(await fixture.rows("SELECT count(*)::int FROM records")).to.deep.equal([[0]]);
    const [outcome] = await fixture.byGlue(["sample.csv"], args);
    expect(outcome).to.include({ status: "done", rows: 20_000, rejected: 20 });
    await expectExactly();
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

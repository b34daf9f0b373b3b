import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import records from "../../tables/records";
import { writeSample } from "../../trials/sample/sample";
import { differences, expectations } from "../../trials/verify/verify";
import { GlueFixture } from "./support";
import { vectors } from "./vectors";

describe("The two roads, on the same files,", () => {
  let fixture: GlueFixture;
  before(async function () {
    fixture = await GlueFixture.start(this);
  });
  beforeEach(() => fixture.reset());
  after(() => fixture?.close());

  it("leave the same rows, rejects and jobs of each vector", async () => {
    for (const [name, content] of vectors) await fixture.byFunction(content, name);
    const byFunction = await fixture.left();
    expect(byFunction.jobs).to.have.length(vectors.length);
    await fixture.reset();
    // One session for all: it takes seconds to start.
    await fixture.byGlue(vectors.map(([name]) => name));
    const byGlue = await fixture.left();
    expect(byGlue.jobs).to.deep.equal(byFunction.jobs);
    expect(byGlue.rejects).to.deep.equal(byFunction.rejects);
    expect(sorted(byGlue.records)).to.deep.equal(sorted(byFunction.records));
  });

  it("leave the same of a file in many parts, wherever these begin", async () => {
    const { file } = await writeSample(path.join(fixture.session.dir, "parts.csv"), 3000, { rejects: 30 });
    // Lines inside quotes that look like records: a part may begin at one of them, and must not.
    const trap = "1,m,EUR,1.00,2024-01-01,v\n".repeat(2000);
    const content = `${readFileSync(file, "utf8")}1,"${trap}",EUR,1,2024-01-01,v\n${trap}1,"stray,EUR,1,2024-01-01,v\n${trap}`;
    await fixture.byFunction(content, "parts.csv");
    const byFunction = await fixture.left();
    await fixture.reset();
    await fixture.byGlue(["parts.csv"], { part_bytes: 8192 });
    expect(await fixture.left()).to.deep.equal(byFunction);
    expect(await fixture.stagingTables()).to.deep.equal([]);
  });

  it("start apart: a file under glue/ waits for its job, which runs as it was deployed", async () => {
    const { file } = await writeSample(path.join(fixture.session.dir, "apart.csv"), 500);
    await fixture.byFunction(readFileSync(file), "glue/apart.csv");
    expect((await fixture.left()).jobs).to.deep.equal([]);
    expect(fixture.functionLog).to.match(/"key":"glue\/apart\.csv","status":"skipped"/);
    expect(await fixture.startJobRun({ "--key": "glue/apart.csv" })).to.deep.equal({ state: "SUCCEEDED" });
    expect(
      await differences(fixture.client, await expectations(fixture.client, file, records)),
    ).to.deep.equal([]);
  });
});

const sorted = (rows: unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

import { utimesSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { type Plan, type Ran, keyOf, planOf } from "../../../local/watch/plan";
import { root } from "../../../programs/programs";

describe("what the programs ask for now", function () {
  this.timeout(120_000);
  const ran = new Map<string, Ran>();
  const run = (config: Record<string, string> = {}) =>
    planOf({ stack: "local", config, behaved: new Map() }, ran);
  /** As if it was saved. */
  const touch = (file: string): void => utimesSync(path.join(root, file), new Date(), new Date());
  let last: Plan;
  before(async () => {
    last = await run();
  });

  /** The resources of which another run of their program tells. */
  async function again(config?: Record<string, string>): Promise<string[]> {
    const before = new Set(last.resources);
    const now = await run(config);
    expect(now.resources.map(({ resource }) => keyOf(resource))).to.have.members(
      last.resources.map(({ resource }) => keyOf(resource)),
    );
    expect(now.outputs).to.have.all.keys("networking", "database", "auth", "ingest", "groundwork");
    last = now;
    return now.resources.filter((each) => !before.has(each)).map(({ resource }) => keyOf(resource));
  }
  const [network, schema, pool, jobs] = [
    "aws:ec2/vpc:Vpc vpc",
    "aws:lambda/function:Function schema",
    "aws:cognito/userPool:UserPool pool",
    "aws:lambda/function:Function ingest-jobs",
  ];

  it("is known where nothing was saved", async () => {
    expect(await again()).to.deep.equal([]);
  });

  it("is asked of the programs that a saved file is a module of", async () => {
    touch("functions/jobs/request.ts");
    expect(await again())
      .to.include(jobs)
      .and.not.include.oneOf([network, schema, pool]);
  });

  for (const file of ["functions/sql/001_records.sql", "programs/attributes/compute.ts"])
    it(`is asked of all for ${file}`, async () => {
      touch(file);
      expect(await again()).to.have.lengthOf(last.resources.length);
    });

  it("is asked of all for other config", async () => {
    expect(await again({ "ingest:timeout": "77" })).to.have.lengthOf(last.resources.length);
  });
});

import { expect } from "chai";
import { type Environment, startEnvironment } from "../../../../local/environment";
import { Session } from "../../../../local/session";
import { measureGrowth } from "../../../../trials/bench/growth";
import { runPeers } from "../../../../trials/bench/peers/run";
import { connect } from "../../../../trials/uploadAndFollow";
import { benchConfig } from "../../../../trials/bench/rounds";

describe("The bench beside peers, and into a table that grows,", () => {
  let session: Session;
  let environment: Environment;
  before(async function () {
    this.timeout(60_000);
    session = new Session();
    environment = await startEnvironment(session, { stack: "local", config: benchConfig });
  });
  after(() => session.close());

  it("loads a file by the reference and by the function, cold and warm, each round, exactly", async function () {
    this.timeout(60_000);
    const said: string[] = [];
    const { figures, leftOut, rows } = await runPeers(environment, session.dir, {
      ...{ runs: 2, rows: 2000, only: [], apart: false, indexes: false },
      say: (text) => said.push(text),
      stop: new AbortController().signal,
    });
    expect({ rows, leftOut }).to.deep.equal({ rows: 2000, leftOut: [] });
    expect(said).to.have.length(6);
    const [cold, warm, reference] = ["function, cold", "function, warm", "opy"].map((part) =>
      figures.find(({ name }) => name.includes(part)),
    );
    expect(reference?.ratio).to.equal(1);
    expect(reference).not.to.have.property("functionCpuMs");
    const client = await connect(environment);
    session.onClose(() => client.end());
    const { rows: indexes } = await client.query(
      "SELECT indexname FROM pg_indexes WHERE tablename = 'records'",
    );
    expect(indexes).to.deep.equal([{ indexname: "records_pkey" }]);
    for (const each of [cold, warm]) expect(each?.functionCpuMs).to.be.greaterThan(0);
  });

  it("loads a file into a table that grows, each time beside what is there", async function () {
    this.timeout(60_000);
    const told: number[] = [];
    const steps = await measureGrowth(environment, session.dir, {
      ...{ rows: 1000, until: 2500, stop: new AbortController().signal },
      onStep: ({ rowsBefore }) => told.push(rowsBefore),
    });
    expect(told).to.deep.equal([0, 1000, 2000]);
    for (const [index, { walBytes, tableBytes }] of steps.entries()) {
      expect(walBytes).to.be.greaterThan(0);
      expect(tableBytes).to.be.greaterThan(steps[index - 1]?.tableBytes ?? 0);
    }
  });
});

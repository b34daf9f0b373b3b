import { expect } from "chai";
import { type Environment, startEnvironment } from "../../../../local/environment";
import { Session } from "../../../../local/session";
import { measureGrowth } from "../../../../trials/bench/growth";
import { runPeers } from "../../../../trials/bench/peers/run";
import { type BenchPart, benchConfig } from "../../../../trials/bench/rounds";
import { runBench } from "../../../../trials/bench/run";
import { connect } from "../../../../trials/uploadAndFollow";

describe("The bench", () => {
  let session: Session;
  let environment: Environment;
  before(async function () {
    this.timeout(60_000);
    session = new Session();
    environment = await startEnvironment(session, { stack: "local", config: benchConfig });
  });
  after(() => session.close());

  const run = (only: BenchPart) =>
    runBench(environment, session.dir, {
      ...{ only: [only], runs: 1, rows: 2000, factor: 2, files: [1, 3] },
      onRound: () => undefined,
      stop: new AbortController().signal,
    });

  it("has no result of a load that is wrong, whatever it measures", async function () {
    this.timeout(120_000);
    const client = await connect(environment);
    session.onClose(() => client.end());
    await client.query(`CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.amount < 20 THEN RETURN NULL; END IF; RETURN NEW; END $$`);
    await client.query("CREATE TRIGGER lose BEFORE INSERT ON records FOR EACH ROW EXECUTE FUNCTION lose()");
    for (const part of ["small", "large", "hops", "files"] as const) {
      const message = await run(part).then(
        () => "no error",
        (error: Error) => error.message,
      );
      expect(message, part).to.match(/^The rows are not those of .*\.csv/);
    }
    await client.query("DROP TRIGGER lose ON records");
  });

  it("holds files of other formats and columns beside the reference, each of them exact", async function () {
    this.timeout(120_000);
    const { table } = await run("formats");
    const whats = table.map(({ what }) => what.split(": ")[0]);
    expect([...new Set(whats)]).to.deep.equal([
      "20 columns of mixed types",
      "100 text columns",
      "gzip",
      "upsert, half known",
      "Windows-1252, ; and decimal comma",
    ]);
    expect(table.map(({ loads }) => loads.length)).to.deep.equal(whats.map((_, i) => (i % 3 === 0 ? 0 : 1)));
    for (const { ms } of table) expect(ms).to.have.length(1);
  });

  it("beside peers loads a file by the reference and by the function, cold and warm, each round, exactly", async function () {
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

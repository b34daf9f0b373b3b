import { expect } from "chai";
import { type Environment, startEnvironment } from "../../../../local/environment";
import { Session } from "../../../../local/session";
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
      ...{ only: [only], runs: 1, rows: 2000, factor: 2, files: 3 },
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
});

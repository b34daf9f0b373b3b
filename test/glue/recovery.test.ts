import { readFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { GlueRun } from "../../trials/compare/glueRun";
import records from "../../tables/records";
import { writeSample } from "../../trials/sample/sample";
import { differences, expectations } from "../../trials/verify/verify";
import { Gate } from "./gate";
import { GlueFixture } from "./support";

/** Small enough for many parts of a small file. */
const args = { part_bytes: 64 * 1024 };

describe("The Glue job, when something comes between,", () => {
  let fixture: GlueFixture;
  let expected: Awaited<ReturnType<typeof expectations>>;
  let gate: Gate | undefined;
  before(async function () {
    fixture = await GlueFixture.start(this);
    const { file } = await writeSample(path.join(fixture.session.dir, "sample.csv"), 20_000, { rejects: 20 });
    expected = await expectations(fixture.client, file, records);
    await fixture.byFunction(readFileSync(file), "sample.csv");
  });
  beforeEach(() => fixture.reset());
  afterEach(async () => {
    await gate?.remove();
    gate = undefined;
  });
  after(() => fixture?.close());

  const expectExactly = async (): Promise<void> => {
    expect(await differences(fixture.client, expected)).to.deep.equal([]);
    expect(await fixture.stagingTables()).to.deep.equal([]);
  };
  const glue = (): GlueRun => fixture.glue(["sample.csv"], args);
  const statusOf = async (run: GlueRun): Promise<string | undefined> => (await run.outcomes)[0]?.status;

  /** Kills the run, and waits until none of its connections is left. */
  const kill = async (run: GlueRun): Promise<void> => {
    const ended = run.outcomes.then(
      () => "loaded",
      () => "killed",
    );
    run.kill();
    expect(await ended).to.equal("killed");
    await gate?.open();
    await until(async () => (await fixture.connections("groundwork-glue")) === 0);
  };

  it("is exact after it was killed while it staged, and run again", async () => {
    const run = glue();
    await until(async () => (await fixture.stagingTables()).length > 1, run);
    await kill(run);
    expect(await fixture.rows("SELECT count(*)::int FROM records")).to.deep.equal([[0]]);
    const [outcome] = await glue().outcomes;
    expect(outcome).to.include({ status: "done", rows: 20_000, rejected: 20 });
    await expectExactly();
  });

  it("waits for a connection where the server has none left, and not for a database that isn't there", async () => {
    const { database } = fixture.environment.outputs;
    const connect = (name: string): Promise<string> =>
      fixture.runPython([
        "from database import Database",
        `with open(${JSON.stringify(fixture.environment.database.server.caFile)}) as file: ca = file.read()`,
        `at = (${JSON.stringify(database.endpoint)}, ${database.port}, "${name}", "${database.ingestSecretArn}", ca)`,
        "print(Database(*at).connect().execute('SELECT 1').fetchone())",
      ]);
    const [[most] = []] = await fixture.rows("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'ingest'");
    await fixture.rows("ALTER ROLE ingest CONNECTION LIMIT 0");
    const connected = connect(database.databaseName).catch(String);
    await Promise.race([connected, sleep(5000)]);
    await fixture.rows(`ALTER ROLE ingest CONNECTION LIMIT ${Number(most)}`);
    expect(await connected).to.equal("(1,)\n");
    expect(await connect("elsewhere").catch(String)).to.match(/"elsewhere" does not exist/);
  });

  it("goes on with its heartbeat after one that was refused", async () => {
    const script = [
      "import threading, contextlib, psycopg, job",
      "job.HEARTBEAT_SECONDS = 0.01",
      "beats, stopped = [], threading.Event()",
      "class Database:",
      "  def connect(self, **_):",
      "    beats.append(1)",
      "    if len(beats) == 1: raise psycopg.OperationalError('Connection refused')",
      "    stopped.set()",
      "    return contextlib.nullcontext()",
      "class Job:",
      "  def beat(self, connection): print('beat')",
      "job.beat(Database(), Job(), stopped)",
    ];
    expect(await fixture.runPython(script)).to.equal("beat\n");
  });

  it("is exact after it was killed while it published, and run again", async () => {
    const closed = (gate = await Gate.close(fixture.client, "publishing"));
    const run = glue();
    await until(async () => (await closed.waiting()) > 0, run);
    expect((await fixture.stagingTables()).length).to.be.greaterThan(10);
    await kill(run);
    expect(await fixture.rows("SELECT count(*)::int FROM records")).to.deep.equal([[0]]);
    expect(await statusOf(glue())).to.equal("done");
    await expectExactly();
  });

  it("leaves the file to a function that commits while it stages, and adds nothing", async () => {
    const closed = (gate = await Gate.close(fixture.client, "staging"));
    const run = glue();
    await until(async () => (await closed.waiting()) > 0, run);
    expect(await fixture.invokeFunction("sample.csv")).to.equal("done");
    await closed.open();
    expect(await statusOf(run)).to.equal("skipped");
    await expectExactly();
  });

  it("loads alone while another run of it and a function have the same file", async () => {
    const closed = (gate = await Gate.close(fixture.client, "publishing"));
    const first = glue();
    await until(async () => (await closed.waiting()) > 0, first);
    const second = glue();
    await until(async () => (await fixture.connections("groundwork-glue", "Lock")) > 1, second);
    const byFunction = fixture.invokeFunction("sample.csv");
    await until(async () => (await fixture.connections(fixture.functionName, "Lock")) > 0, byFunction);
    await closed.open();
    expect(await statusOf(first)).to.equal("done");
    expect(await statusOf(second)).to.equal("skipped");
    expect(await byFunction).to.equal("skipped");
    await expectExactly();
  });
});

/** Waits for a condition; fails when what should bring it about ends without it. */
async function until(condition: () => Promise<boolean>, work?: GlueRun | Promise<unknown>): Promise<void> {
  let ended = false;
  const end = (): void => void (ended = true);
  void (work && "outcomes" in work ? work.outcomes : work)?.then(end, end);
  while (!(await condition())) {
    if (ended) throw new Error("It ended before that came about");
    await sleep(10);
  }
}

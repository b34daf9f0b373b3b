import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { Client, type ClientConfig } from "pg";
import { claim } from "../../../../functions/ingest/job";
import { load } from "../../../../functions/ingest/load";
import { waitClock } from "../../../../functions/ingest/waits";
import { Session } from "../../../../local/session";
import records from "../../../../tables/records";
import { header } from "../../../support/csvInputs/parts";
import { migratedDatabase } from "../../../support/database";
import { rejection } from "../../../support/rejection";

const options = { table: records, maxRejects: 10, chunkBytes: 64 * 1024, pieceBytes: 4096 };
const row = "5411,coffee,EUR,1.50,2024-01-01,visa\n";

describe("A load", () => {
  const session = new Session();
  let client: Client;
  let access: ClientConfig;
  before(async () => ({ client, access } = await migratedDatabase(session)));
  after(() => session.close());

  /** A load that breaks off leaves its connections in the middle of a COPY. */
  let own: Client;
  let second: Client;
  beforeEach(async () => {
    [own, second] = [new Client(access), new Client(access)];
    await Promise.all([own.connect(), second.connect()]);
  });
  const hangUp = () => Promise.all([own.end(), second.end()]);
  afterEach(async () => {
    await hangUp();
    await client.query("DROP FUNCTION IF EXISTS fault CASCADE");
    await client.query("TRUNCATE records, ingest_jobs, ingest_rejects RESTART IDENTITY");
  });
  const trigger = (when: string, statement: string) =>
    client.query(`CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement} END $$;
      CREATE TRIGGER fault ${when} EXECUTE FUNCTION fault()`);

  /** From the checkpoint on, over two connections; the parts of the body may break off. */
  const begin = async (
    content: string | Buffer,
    timeIsUp: () => boolean,
    parts?: Iterable<Buffer> | AsyncIterable<Buffer>,
  ) => {
    const handOvers: number[] = [];
    const file = {
      bucket: "b",
      key: "k",
      etag: "e",
      size: content.length,
      versionId: undefined,
      uploadedAt: 0,
    };
    const job = await claim(own, file, "records", false);
    const handOver = (offset: number): Promise<void> => {
      handOvers.push(offset);
      return Promise.resolve();
    };
    const body = Readable.from(parts ?? [Buffer.from(content).subarray(job.offset)]);
    const more = { client: own, second: Promise.resolve(second), clock: waitClock(), size: content.length };
    return { ended: load({ ...more, job, body, timeIsUp, handOver }, options), handOvers, job };
  };
  const state = async () => {
    const { rows } = await client.query(
      "SELECT byte_offset::int AS at, (SELECT count(*)::int FROM records) AS rows FROM ingest_jobs",
    );
    return rows[0] as { at: number; rows: number };
  };

  it("has committed, when it throws, each chunk that was under way when the body broke off", async () => {
    const text = `${header}\n${row.repeat(3000)}`;
    await client.query("CREATE TABLE IF NOT EXISTS kept (turn bigint); CREATE SEQUENCE IF NOT EXISTS turns");
    // A sequence counts those too that are rolled back.
    const count = "INSERT INTO kept VALUES (nextval('turns')); PERFORM pg_sleep(0.5); RETURN NULL;";
    await trigger("AFTER INSERT ON records", count);
    const turns = async (): Promise<number> => {
      const { rows } = await client.query<{ n: string }>("SELECT last_value AS n FROM turns WHERE is_called");
      return Number(rows[0]?.n ?? 0);
    };
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from(text.slice(0, 100_000));
      while ((await turns()) < 3) await new Promise(setImmediate);
      throw new Error("the connection is gone");
    }
    const { ended } = await begin(text, () => false, broken());
    expect(await rejection(ended)).to.equal("the connection is gone");
    await hangUp();
    const { at, rows } = await state();
    expect(at).to.equal(header.length + 1 + rows * row.length);
    const kept = await client.query<{ n: number }>("SELECT count(*)::int AS n FROM kept");
    expect(kept.rows[0]?.n).to.equal(await turns());
  });

  it("has got on at each checkpoint, however long the first record is and however little time there is", async () => {
    const long = `5411,"${"x".repeat(60_000)}",EUR,1.50,2024-01-01,visa\n`;
    const text = `${header}\n${long}${row.repeat(3000)}`;
    await trigger(
      "BEFORE UPDATE ON ingest_jobs FOR EACH ROW WHEN (NEW.byte_offset = OLD.byte_offset AND NEW.starts = 0)",
      "RAISE EXCEPTION 'no progress';",
    );
    const first = await begin(text, () => true);
    expect(await first.ended).to.equal("pause");
    expect(first.handOvers).to.deep.equal([first.job.offset]);
    expect(first.job.offset).to.be.at.least(header.length + 1 + long.length);
    // As where a hop before got to the header's end and no further.
    await client.query("TRUNCATE records, ingest_rejects");
    await client.query("UPDATE ingest_jobs SET byte_offset = $1", [header.length + 1]);
    const next = await begin(text, () => true);
    expect(await next.ended).to.equal("pause");
    expect(next.handOvers).to.deep.equal([next.job.offset]);
    expect(next.job.offset).to.be.at.least(header.length + 1 + long.length);
  });

  it("is done where the file ends with a piece and a chunk, as one of a power of two may", async () => {
    const size = options.chunkBytes / 2;
    const rest = size - header.length - 1;
    const rows = Math.floor(rest / row.length) - 1;
    const text = `${header}\n${row.repeat(rows - 1)}${row.replace("coffee", "c".repeat(6 + rest - rows * row.length))}`;
    expect(text.length).to.equal(size);
    // Nothing could be opened there by whoever goes on.
    await trigger(
      "BEFORE UPDATE ON ingest_jobs FOR EACH ROW WHEN (NEW.byte_offset = NEW.size AND NEW.status = 'running')",
      "RAISE EXCEPTION 'at the end, and not done';",
    );
    for (const content of [text, gzipSync(text)]) {
      const { ended } = await begin(content, () => false);
      expect(await ended).to.equal("done");
      expect(await state()).to.deep.equal({ at: size, rows });
      await client.query("TRUNCATE records, ingest_jobs, ingest_rejects");
    }
  });

  it("throws where the body ends before the file does", async () => {
    const text = `${header}\n${row.repeat(3000)}`;
    const { ended } = await begin(text, () => false, [Buffer.from(text.slice(0, -10_000))]);
    expect(await rejection(ended)).to.match(/^The file has 111056 bytes, and 101056/);
  });
});

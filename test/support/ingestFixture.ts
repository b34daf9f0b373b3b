import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Client } from "pg";
import { type TableDefinition, records } from "../../functions/ingest/columns";
import { ingestHandler } from "../../functions/ingest/handler";
import { migrate } from "../../functions/schema/migrate";
import { readMigrations } from "../../functions/schema/migrations";
import { type LocalPostgres, startPostgres } from "../../local/postgres/server";
import { writeSample } from "../../trials/sample/sample";
import { Session } from "../../local/session";
import { actuals, compare, expectations } from "../../trials/verify/verify";
import { type Answer, FakeAws, FunctionProcess, packageFunction } from "./ingestFunction";

/** Of the function under test: small, so that a small file makes many pieces, chunks and hops. */
export const options = { reserveMs: 10_000, maxRejects: 20, chunkBytes: 64 * 1024, pieceBytes: 16 * 1024 };

const access = { database: "demo-db", user: "postgres", password: "a 'password' \\ 4 tests" };

/** The packaged ingest function with a real PostgreSQL, whose schema the packaged schema function has made. */
export class IngestFixture {
  readonly password = access.password;
  private readonly processes: FunctionProcess[] = [];

  private constructor(
    readonly session: Session,
    readonly postgres: LocalPostgres,
    readonly aws: FakeAws,
    /** The folder of the packaged function. */
    readonly packaged: string,
    private client: Client,
  ) {}

  static async start(table: TableDefinition = records): Promise<IngestFixture> {
    const session = new Session();
    const [postgres, aws, packaged] = await Promise.all([
      startPostgres(session, access),
      FakeAws.start({ username: access.user, password: access.password }),
      packageFunction(join(session.dir, "ingest"), ingestHandler({ ...options, table })),
    ]);
    const client = await connect(postgres);
    await migrate(client, readMigrations(join(__dirname, "../../functions/sql")));
    return new IngestFixture(session, postgres, aws, packaged, client);
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.client.end();
    await this.aws.stop();
    await this.session.close();
  }

  /** As after `start`. */
  async clear(): Promise<void> {
    this.aws.invocations.length = 0;
    await this.client.query("DROP TRIGGER IF EXISTS each_copy ON records");
    await this.client.query("TRUNCATE records, ingest_jobs, ingest_rejects RESTART IDENTITY");
  }

  /** A new process with a packaged function, the ingest function unless told. */
  async process(dir = this.packaged, more: Record<string, string> = {}): Promise<FunctionProcess> {
    const process = await FunctionProcess.start(dir, { ...this.aws.environment(this.postgres), ...more });
    this.processes.push(process);
    return process;
  }

  async rows(sql: string): Promise<unknown[][]> {
    return (await this.client.query<unknown[]>({ text: sql, rowMode: "array" })).rows;
  }

  /** After a restart of the server. */
  async reconnect(): Promise<void> {
    await this.client.end().catch(() => undefined);
    this.client = await connect(this.postgres);
  }

  /** Uploads a file, and answers with the event that names it. */
  put(content: string | Buffer, key = "in/a file.csv"): { bucket: string; key: string } {
    return this.aws.put("bucket", key, Buffer.from(content));
  }

  /** A file of some 540 KB, and what an independent reader finds in it. */
  async sample(rejects = 0) {
    const facts = await writeSample(join(this.session.dir, "sample.csv"), 10_000, { rejects });
    const content = readFileSync(facts.file);
    return {
      ...facts,
      content,
      event: this.put(content, "sample.csv"),
      expected: await expectations(facts.file),
    };
  }

  async expectExactly(expected: Awaited<ReturnType<typeof expectations>>): Promise<void> {
    expect(compare(expected, await actuals(this.client))).to.deep.equal([]);
  }

  /** Makes each transaction take a moment, so that a test can look into the middle of a load. */
  async slowDown(seconds: number): Promise<void> {
    await this.onEachCopy(`PERFORM pg_sleep(${seconds});`);
  }

  /** Runs PL/pgSQL behind each COPY, in its transaction; `turn` counts them from 1 on, those too that roll back. */
  async onEachCopy(statements: string): Promise<void> {
    await this.client.query(`
      CREATE SEQUENCE IF NOT EXISTS turns;
      ALTER SEQUENCE turns RESTART;
      CREATE OR REPLACE FUNCTION each_copy() RETURNS trigger LANGUAGE plpgsql AS
        $$ DECLARE turn bigint := nextval('turns'); BEGIN ${statements} RETURN NULL; END $$;
      CREATE TRIGGER each_copy AFTER INSERT ON records EXECUTE FUNCTION each_copy();`);
  }

  /** Waits until the only job is that far; checks each time that rows and checkpoint are of one transaction. */
  async reach(offset: number): Promise<void> {
    for (;;) {
      const [[at, loaded, counted] = []] = await this.rows(`SELECT byte_offset::int, rows_loaded::int,
        (SELECT count(*)::int FROM records) FROM ingest_jobs`);
      expect(counted ?? 0, "rows in the table at the checkpoint").to.equal(loaded ?? 0);
      if (Number(at ?? -1) >= offset) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** The result of a call that must not throw. */
export async function resultOf(answer: Promise<Answer | undefined>): Promise<Record<string, unknown>> {
  const { result, error } = (await answer) ?? {};
  expect(error).to.equal(undefined);
  return result ?? {};
}

async function connect(postgres: LocalPostgres): Promise<Client> {
  const ssl = { ca: readFileSync(postgres.caFile, "utf8") };
  const client = new Client({ ...access, host: postgres.host, port: postgres.port, ssl });
  client.on("error", () => undefined); // A restart of the server ends it.
  await client.connect();
  return client;
}

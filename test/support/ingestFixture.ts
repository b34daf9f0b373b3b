import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { Client } from "pg";
import type { Table } from "../../functions/ingest/table";
import { ingestHandler } from "../../functions/ingest/handler";
import { type Migration, migrate } from "../../functions/schema/migrate";
import { readMigrations } from "../../infra/database/migrations";
import { entryPoint } from "../../infra/functionArchive";
import { startLambda } from "../../local/lambda/server";
import type { LocalLambda } from "../../local/lambda/service";
import { type LocalPostgres, startPostgres } from "../../local/postgres/server";
import { type LocalS3, startS3 } from "../../local/s3/server";
import { type LocalSecrets, startSecrets } from "../../local/secretsmanager/server";
import { Session } from "../../local/session";
import type { ArchiveFiles } from "../../programs/archive";
import records from "../../tables/records";
import { packageCallback } from "../../trials/packageCallback";
import { writeSample } from "../../trials/sample/sample";
import { type Expected, differences, expectations } from "../../trials/verify/verify";
import { clientConfig, functionSpec } from "./lambda";

/** Of the function under test: small, so that a small file makes many pieces, chunks and hops. */
export const options = { reserveMs: 10_000, maxRejects: 20, chunkBytes: 64 * 1024, pieceBytes: 16 * 1024 };

const access = { database: "demo-db", user: "postgres", password: "a 'password' \\ 4 tests" };
const secretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-abcdef";

/** What an invocation came to. */
export interface Answer {
  readonly result?: Record<string, unknown>;
  readonly error?: string;
  readonly requestId: string;
  /** The line that the function wrote for CloudWatch; "" where it wrote none. */
  readonly log: string;
}

/** The packaged ingest function with a real PostgreSQL, on the S3, Secrets Manager and Lambda of this machine. */
export class IngestFixture {
  readonly password = access.password;
  /** The payloads with which the function handed over to itself, oldest first; none of them is run. */
  readonly handOvers: unknown[] = [];
  private readonly s3Client: S3Client;

  private constructor(
    readonly session: Session,
    readonly postgres: LocalPostgres,
    readonly s3: LocalS3,
    readonly secrets: LocalSecrets,
    readonly lambda: LocalLambda,
    /** The archive of the function. */
    readonly packaged: ArchiveFiles,
    private client: Client,
  ) {
    this.s3Client = new S3Client(clientConfig(s3.url, session));
    this.mend();
  }

  static async start(...tables: Table[]): Promise<IngestFixture> {
    const session = new Session();
    const [postgres, s3, secrets, packaged] = await Promise.all([
      startPostgres(session, access),
      startS3(session),
      startSecrets(session),
      packageCallback(ingestHandler({ ...options, tables: [records, ...tables] })),
    ]);
    const lambda: LocalLambda = await startLambda(session, {
      environment: () => ({
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_LAMBDA: lambda.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
        AWS_MAX_ATTEMPTS: "1",
      }),
    });
    s3.createBucket("bucket");
    secrets.put(secretArn, JSON.stringify({ username: access.user, password: access.password }));
    const client = await connect(postgres);
    await migrate(client, readMigrations());
    const fixture = new IngestFixture(session, postgres, s3, secrets, lambda, packaged, client);
    await fixture.deploy("ingest", packaged);
    // Less than the reserve: a hop loads as much as a whole chunk, then half of one more, and hands over.
    await fixture.deploy("hasty", packaged, {}, 9);
    return fixture;
  }

  /** As a deployment does: what is applied already stays. */
  migrate(migrations: readonly Migration[]): Promise<string[]> {
    return migrate(this.client, migrations);
  }

  async close(): Promise<void> {
    this.s3Client.destroy();
    await this.client.end();
    await this.session.close();
  }

  /** As after `start`. */
  async clear(): Promise<void> {
    this.mend();
    this.handOvers.length = 0;
    await this.client.query("DROP FUNCTION IF EXISTS each_copy CASCADE");
    await this.client.query("TRUNCATE records, ingest_jobs, ingest_rejects RESTART IDENTITY");
  }

  /** Takes all faults away. */
  mend(): void {
    this.s3.fault = undefined;
    this.secrets.fault = undefined;
    this.lambda.fault = ({ payload }) => {
      this.handOvers.push(JSON.parse(payload));
      return "lost";
    };
  }

  /** @param timeout seconds */
  async deploy(
    name: string,
    files = this.packaged,
    environment: Record<string, string> = {},
    timeout = 60,
  ): Promise<void> {
    const database = {
      DATABASE_HOST: this.postgres.host,
      DATABASE_PORT: String(this.postgres.port),
      DATABASE_NAME: this.postgres.database,
      DATABASE_SECRET_ARN: secretArn,
      DATABASE_CA: this.postgres.caFile,
    };
    const more = {
      files,
      handler: entryPoint,
      timeout,
      memorySize: 1769,
      environment: { ...database, ...environment },
    };
    await this.lambda.createFunction(functionSpec(name, "", more));
  }

  async invoke(event: unknown, name: "ingest" | "hasty" | (string & {}) = "ingest"): Promise<Answer> {
    const { requestId, payload, functionError, logTail } = await this.lambda.invoke(name, event);
    const answer = JSON.parse(payload) as Record<string, unknown>;
    const log = /^\{.*\}$/m.exec(logTail.toString())?.[0] ?? "";
    if (functionError) return { error: String(answer.errorMessage), requestId, log };
    return { result: answer, requestId, log };
  }

  /** As a machine that loses its power. */
  killProcesses(): void {
    for (const pid of this.lambda.processes("ingest").pids) process.kill(pid, "SIGKILL");
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
  async put(content: string | Buffer, key = "in/a file.csv"): Promise<{ bucket: string; key: string }> {
    const event = { bucket: "bucket", key };
    await this.s3Client.send(
      new PutObjectCommand({ Bucket: "bucket", Key: key, Body: Buffer.from(content) }),
    );
    return event;
  }

  /** A file of some 540 KB, and what an independent reader finds in it. */
  async sample(rejects = 0) {
    const facts = await writeSample(join(this.session.dir, "sample.csv"), 10_000, { rejects });
    const content = readFileSync(facts.file);
    return {
      ...facts,
      content,
      event: await this.put(content, "sample.csv"),
      expected: await expectations(this.client, facts.file, records),
    };
  }

  async expectExactly(expected: Expected): Promise<void> {
    expect(await differences(this.client, expected)).to.deep.equal([]);
  }

  /** Makes each transaction take a moment, so that a test can look into the middle of a load. */
  async slowDown(seconds: number): Promise<void> {
    await this.onEachCopy(`PERFORM pg_sleep(${seconds});`);
  }

  /** Runs PL/pgSQL behind each COPY, in its transaction; `turn` counts them from 1 on, those too that roll back. */
  async onEachCopy(statements: string, table = "records"): Promise<void> {
    await this.client.query(`
      CREATE SEQUENCE IF NOT EXISTS turns;
      ALTER SEQUENCE turns RESTART;
      CREATE OR REPLACE FUNCTION each_copy() RETURNS trigger LANGUAGE plpgsql AS
        $$ DECLARE turn bigint := nextval('turns'); BEGIN ${statements} RETURN NULL; END $$;
      CREATE TRIGGER each_copy AFTER INSERT ON ${table} EXECUTE FUNCTION each_copy();`);
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
export async function resultOf(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const { result, error } = await answer;
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

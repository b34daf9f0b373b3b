import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { Client } from "pg";
import { notRun } from "../support/notRun";
import { sparkLacks, sparkPython } from "../../local/glue/spark";
import { defineTable, type Table } from "../../functions/ingest/table";
import { type LocalS3, startS3 } from "../../local/s3/server";
import { startSecrets } from "../../local/secretsmanager/server";
import { Session } from "../../local/session";
import { root } from "../../programs/programs";
import records from "../../tables/records";
import { writeReader } from "../../trials/compare/glueRun";
import { migratedDatabase } from "../support/database";
import { clientConfig } from "../support/lambda";
import { rejection } from "../support/rejection";

const header = "mcc,merchant,currency,amount,transaction_date,card_type\n";
const good = "1,a,EUR,1,2024-01-01,v\n";
const layout = {
  newline: "\n",
  delimiter: ",",
  columns: header.trim().split(","),
  spare: 0,
  header: header.trim(),
  line: 1,
  decoded: false,
};

/** The job in one process: the tasks run one after the other, and something happens before them or after. */
const script = `
import json, os, sys, threading, time
import job
from database import Database
from source import Source, client

class Context:
    defaultParallelism = 2
    def parallelize(self, tasks, number):
        self.tasks = tasks
        return self
    def map(self, work):
        self.work = work
        return self
    def collect(self):
        before()
        parts = [self.work(task) for task in self.tasks]
        after()
        return parts

class Spark:
    sparkContext = Context()

def sql(text):
    with database.connect() as connection:
        return connection.execute(text).fetchone() if text.startswith("SELECT") else connection.execute(text)

given = json.loads(sys.argv[1])
database = Database(*given["database"])
job.HEARTBEAT_SECONDS = 0.01
exec(given["between"])
with open(given["reader"]) as file: settings = job.Settings(file.read(), given["maxRejects"], 1024 * 1024)
source = Source.find("bucket", "a.csv")
source.version_id = None
print(json.dumps(job.run(Spark, source, database, settings)))
`;

interface Options {
  /** Lines of Python that are run before each round of tasks, and after it. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly maxRejects?: number;
  readonly table?: Table;
}

const nothing = ["pass"];
const between = ({ before = nothing, after = nothing }: Options): string =>
  Object.entries({ before, after })
    .flatMap(([name, lines]) => [`def ${name}():`, ...lines.map((line) => `    ${line}`)])
    .join("\n");

describe("The Glue job, without Spark,", () => {
  let session: Session;
  let master: Client;
  let s3: LocalS3;
  let run: (options?: Options) => Promise<unknown>;
  before(async function () {
    const missing = sparkLacks();
    if (missing !== undefined) notRun(this, `Spark: ${missing}`);
    const python = await sparkPython((text) => process.stdout.write(`${text}\n`));
    session = new Session();
    const { client, access } = await migratedDatabase(session);
    master = client;
    await master.query("ALTER ROLE ingest PASSWORD 'ingest'");
    const secrets = await startSecrets(session);
    secrets.put("login", JSON.stringify({ username: "ingest", password: "ingest" }));
    s3 = await startS3(session);
    s3.createBucket("bucket");
    const { accessKeyId, secretAccessKey } = session.credentials;
    const env = {
      ...process.env,
      PYTHONPATH: path.join(root, "functions/glue"),
      PYTHONDONTWRITEBYTECODE: "1",
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    run = async (options = {}) => {
      const { maxRejects = 0, table = records } = options;
      const reader = await writeReader(session, [table]);
      const at = [access.host, access.port, access.database, "login", access.ssl.ca];
      const given = { database: at, reader, maxRejects, between: between(options) };
      const ran = await promisify(execFile)(python, ["-c", script, JSON.stringify(given)], {
        env,
        timeout: 60_000,
      });
      return JSON.parse(ran.stdout) as unknown;
    };
  });
  beforeEach(() => master.query("TRUNCATE records, ingest_jobs, ingest_rejects RESTART IDENTITY"));
  afterEach(() => (s3.fault = undefined));
  after(() => session?.close());

  const put = async (content: string): Promise<string> => {
    const s3Client = new S3Client({ ...clientConfig(s3.url, session), forcePathStyle: true });
    const object = { Bucket: "bucket", Key: "a.csv", Body: content };
    const { ETag } = await s3Client.send(new PutObjectCommand(object)).finally(() => s3Client.destroy());
    return ETag!.replaceAll('"', "");
  };
  const left = async (): Promise<unknown[]> => {
    const { rows } = await master.query<{ left: unknown[] }>(
      `SELECT json_build_array(status, byte_offset, rows_loaded, (SELECT count(*) FROM records)) AS left FROM ingest_jobs`,
    );
    return rows[0]?.left ?? [];
  };
  const size = header.length + 2 * good.length;

  it("publishes nothing of staging tables that a crash of the server has emptied, and all the next time", async () => {
    await put(header + good + good);
    const empty = `DO $$ DECLARE one text; BEGIN
      FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'ingest_staging' LOOP
        EXECUTE 'TRUNCATE ingest_staging.' || one; END LOOP; END $$`;
    expect(await rejection(run({ after: [`sql("""${empty}""")`] }))).to.match(
      /job_\w+ has 0 rows instead of 2/,
    );
    expect(await left()).to.deep.equal(["running", 0, 0, 0]);
    expect(await run()).to.include({ status: "done", rows: 2 });
    expect(await left()).to.deep.equal(["done", size, 2, 2]);
  });

  for (const [what, set] of [
    ["moved the checkpoint", `byte_offset = 70, rows_loaded = 5, newline = '\\n', layout = '{}'`],
    ["ended the job", "status = 'failed', reason = 'why', finished_at = now()"],
  ] as const) {
    for (const [which, file] of [
      ["adds nothing", header + good + good],
      ["fails nothing", `${header + good}bad\n`],
    ] as const) {
      it(`${which} where another has ${what} meanwhile`, async () => {
        await put(file);
        expect(await run({ after: [`sql("UPDATE ingest_jobs SET ${set}")`] })).to.include({
          status: "skipped",
        });
        const [status, at, rows] = set.startsWith("byte") ? ["running", 70, 5] : ["failed", 0, 0];
        expect(await left()).to.deep.equal([status, at, rows, 0]);
        expect((await master.query("SELECT FROM ingest_rejects")).rowCount).to.equal(0);
      });
    }
  }

  it("reads the version alone that it began with, also where a bucket keeps no versions", async () => {
    await put(header + good + good);
    const other = header + good + good.replace("a", "b");
    const replace = `client("s3").put_object(Bucket="bucket", Key="a.csv", Body=${JSON.stringify(other)})`;
    expect(await rejection(run({ before: [replace] }))).to.match(/PreconditionFailed/);
    expect(await left()).to.deep.equal(["running", 0, 0, 0]);
  });

  it("ends with S3's trouble, and not the job, where a body breaks off or another range comes", async () => {
    await put(header + good + good);
    const whileStaging = (fault: LocalS3["fault"]): LocalS3["fault"] => {
      let gets = 0;
      return (request) => (request.method === "GET" && ++gets > 1 ? fault?.(request) : undefined);
    };
    for (const fault of [
      ({ method }: { method: string }) => (method === "GET" ? { cutAfterBytes: 20 } : undefined),
      whileStaging(() => ({ cutAfterBytes: good.length })),
      whileStaging(() => "another-range"),
    ] satisfies LocalS3["fault"][]) {
      s3.fault = fault;
      expect(await rejection(run())).to.match(/IncompleteRead|Connection broken|sent another range/);
    }
    s3.fault = undefined;
    expect(await run()).to.include({ status: "done", rows: 2 });
  });

  it("counts the rejects of the functions before it, as a number and as a share", async () => {
    const file = `${header + good}bad\nbad\n`;
    const etag = await put(file);
    const withShare = (maxRejects: `${number}%`, footer: number): Table =>
      defineTable({ ...records, maxRejects, format: { footer } });
    const bad = header.length + good.length;
    for (const [options, expected, reason] of [
      [
        { maxRejects: 2 },
        { status: "failed", rejected: 3 },
        `more than 2 records were rejected, the last at byte ${bad}: `,
      ],
      [
        { table: withShare("30%", 0) },
        { status: "failed", rejected: 4 },
        "4 of 10 records were rejected, more than 30%",
      ],
      // Read in one go, for its footer: the reader counts by itself.
      [{ table: withShare("40%", 1) }, { status: "done", rows: 6, rejected: 3 }, ""],
    ] as const) {
      await master.query("TRUNCATE ingest_jobs, ingest_rejects");
      await master.query(
        `INSERT INTO ingest_jobs (bucket, key, etag, size, byte_offset, newline, layout, rows_loaded, rows_rejected)
         VALUES ('bucket', 'a.csv', $1, $2, $3, E'\\n', $4, 5, 2)`,
        [etag, file.length, header.length, JSON.stringify(layout)],
      );
      const answer = (await run(options)) as { reason?: string };
      expect(answer).to.include(expected);
      expect((answer.reason ?? "").slice(0, reason.length)).to.equal(reason);
    }
  });

  it("tells the sweeper while it stages that somebody is at work", async () => {
    await put(header + good);
    const stale = "UPDATE ingest_jobs SET updated_at = now() - interval '1 hour'";
    const fresh = "SELECT updated_at > now() - interval '1 minute' FROM ingest_jobs";
    const wait = [
      `sql("${stale}")`,
      "until = time.monotonic() + 20",
      `while not sql("${fresh}")[0]: assert time.monotonic() < until, "no heartbeat came"`,
    ];
    expect(await run({ after: wait })).to.include({ status: "done" });
  });
});

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Client } from "pg";
import { notRun } from "../support/notRun";
import { startEnvironment, type Environment } from "../../local/environment";
import { gluePrefix } from "../../functions/ingest/chooseTable";
import { quoteName } from "../../functions/ingest/tableSql";
import type { Table } from "../../functions/ingest/table";
import { type GlueOutcome, type GlueRun, startGlueJob, writeReader } from "../../trials/compare/glueRun";
import { IngestBench } from "../../trials/bench/ingestBench";
import { root } from "../../programs/programs";
import { connect } from "../../trials/uploadAndFollow";
import { Session } from "../../local/session";
import { sparkLacks, sparkPython } from "../../local/glue/spark";
import { signedFetch } from "../support/signed";

/** The environment local with Spark beside it. */
export class GlueFixture {
  private constructor(
    readonly session: Session,
    readonly environment: Environment,
    readonly client: Client,
    private readonly python: string,
    private readonly reader: string,
    private readonly bench: IngestBench,
  ) {}

  /** Skips the suite, with the reason, where Spark can't run. */
  static async start(context: Mocha.Context): Promise<GlueFixture> {
    const missing = sparkLacks();
    if (missing !== undefined) notRun(context, `Spark: ${missing}`);
    const python = await sparkPython((text) => process.stdout.write(`${text}\n`));
    const session = new Session();
    const environment = await startEnvironment(session, {
      stack: "local",
      config: { "ingest:glue": "true" },
    });
    const client = await connect(environment);
    return new GlueFixture(
      session,
      environment,
      client,
      python,
      await writeReader(session),
      new IngestBench(environment, client),
    );
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.session.close();
  }

  /** Uploads a file, and waits until the function has done with it what it does. */
  async byFunction(content: string | Buffer, key: string): Promise<void> {
    const file = path.join(this.session.dir, "upload.csv");
    writeFileSync(file, content);
    await this.bench.put(file, key);
  }

  glue(keys: readonly string[], args: Record<string, string | number> = {}): GlueRun {
    const { session, python, reader } = this;
    return startGlueJob(this.environment, { session, python, reader, keys, args });
  }

  /** Loads files of tables that the environment has not been deployed with. */
  async byGlueInto(tables: readonly Table[], keys: readonly string[]): Promise<GlueOutcome[]> {
    const { session, python } = this;
    const reader = await writeReader(session, tables, "other.js");
    return await startGlueJob(this.environment, { session, python, reader, keys }).outcomes;
  }

  async byGlue(keys: readonly string[], args: Record<string, string | number> = {}): Promise<GlueOutcome[]> {
    return await this.glue(keys, args).outcomes;
  }

  get bucket(): string {
    return this.environment.outputs.ingest.bucketName;
  }

  get functionName(): string {
    return this.bench.functionName;
  }

  /** Calls the function on a file that is in the bucket; what it answers. */
  async invokeFunction(key: string): Promise<string> {
    const { bucket } = this;
    const answer = await this.environment.services.lambda.invoke(this.functionName, { bucket, key });
    return (JSON.parse(answer.payload) as { status?: string }).status ?? answer.payload;
  }

  /** How many connections a program has to the database; with `waitingFor`, those that wait for such a thing. */
  async connections(program: string, waitingFor?: "Lock"): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity
       WHERE application_name = $1 AND ($2::text IS NULL OR wait_event_type = $2)`,
      [program, waitingFor],
    );
    return rows[0]?.count ?? 0;
  }

  /** What the function has logged. */
  get functionLog(): string {
    return this.environment.services.lambda.logs(this.functionName);
  }

  /** Starts the job as it was deployed, by Glue's API, and follows it to its end. */
  async startJobRun(given: Record<string, string>): Promise<{ state: string; error?: string }> {
    const JobName = this.environment.outputs.ingest.glueJobName;
    const { JobRunId } = await this.askGlue("StartJobRun", { JobName, Arguments: given });
    for (;;) {
      const { JobRun } = await this.askGlue("GetJobRun", { JobName, RunId: JobRunId });
      const { JobRunState: state, ErrorMessage: error } = JobRun as Record<string, string>;
      if (state !== undefined && !["STARTING", "RUNNING"].includes(state)) {
        return { state, ...(error !== undefined && { error }) };
      }
      await sleep(200);
    }
  }

  private async askGlue(operation: string, input: unknown): Promise<Record<string, unknown>> {
    const headers = { "x-amz-target": `AWSGlue.${operation}` };
    const body = JSON.stringify(input);
    const { glue, session } = this.environment.services;
    const answer = await signedFetch(session.credentials, "glue", glue.url, { headers, body });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as Record<string, unknown>;
  }

  /** Runs lines of Python with the job's modules; answers with what they print. */
  async runPython(lines: readonly string[]): Promise<string> {
    const env = { ...this.environment.services.environment(), PYTHONPATH: path.join(root, "functions/glue") };
    return (await promisify(execFile)(this.python, ["-c", lines.join("\n")], { env })).stdout;
  }

  reset(): Promise<void> {
    return this.bench.reset();
  }

  async rows(sql: string): Promise<unknown[][]> {
    return (await this.client.query<unknown[]>({ text: sql, rowMode: "array" })).rows;
  }

  /** Everything that a load leaves, row by row in the file's order. */
  async left() {
    return {
      records: await this.rows(
        "SELECT mcc, merchant, currency, amount::text, transaction_date::text, card_type FROM records ORDER BY id",
      ),
      rejects: await this.rows(
        "SELECT key, r.byte_offset::int, r.reason, r.record FROM ingest_rejects r JOIN ingest_jobs ON id = job ORDER BY 1, 2",
      ),
      jobs: await this.rows(
        `SELECT key, etag, size::int, byte_offset::int, newline, rows_loaded::int, rows_rejected::int, status, reason,
           target, uploaded_at::text
         FROM ingest_jobs ORDER BY key`,
      ),
    };
  }

  /** Puts a file into the bucket as the job finds it: the function leaves it to the job. */
  async forGlue(content: string | Buffer, key: string): Promise<void> {
    await this.byFunction(content, `${gluePrefix}${key}`);
  }

  /** What the job of a file left: rows as texts, a text a column of the table; each reject's line, column, code. */
  async leftOf(key: string, { name, columns }: Table) {
    const ofJob = `SELECT job.id FROM ingest_jobs job WHERE key = '${key}' AND target = '${name}'`;
    const texts = columns.map((column) => `${quoteName(column.name)}::text`).join();
    return {
      rows: await this.rows(`SELECT ${texts} FROM "${name}" WHERE ingest_job = (${ofJob}) ORDER BY ctid`),
      rejects: await this.rows(
        `SELECT line::int, column_name, code FROM ingest_rejects WHERE job = (${ofJob}) ORDER BY byte_offset`,
      ),
    };
  }

  stagingTables(): Promise<unknown[][]> {
    return this.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'ingest_staging'");
  }
}

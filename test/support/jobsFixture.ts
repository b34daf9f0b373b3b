import type { Client } from "pg";
import { shapeOf } from "../../functions/ingest/tableFit";
import { jobsHandler } from "../../functions/jobs/handler";
import type { JobsAnswers } from "../../functions/jobs/request";
import { allowBrowsing } from "../../functions/schema/browsing";
import records from "../../tables/records";
import { listen, readBody } from "../../local/http";
import { startSecrets } from "../../local/secretsmanager/server";
import { Session } from "../../local/session";
import { migratedDatabase } from "./database";
import { keepEnvironment } from "./environment";

const layout = JSON.stringify({ header: "mcc,merchant", newline: "\n", decoded: false });

/** The jobs function on a real PostgreSQL, as the role that it deploys with; what it starts is heard and not run. */
export class JobsFixture {
  /** Calls of Lambda. */
  readonly started: { path: string; type: unknown; payload: unknown }[] = [];
  /** What the function wrote for CloudWatch. */
  readonly said: string[] = [];
  private readonly handler = jobsHandler([shapeOf(records)]);
  private readonly restoreEnvironment = keepEnvironment();

  private constructor(
    private readonly session: Session,
    readonly master: Client,
  ) {}

  static async start(): Promise<JobsFixture> {
    const session = new Session();
    const { client: master, access } = await migratedDatabase(session);
    const fixture = new JobsFixture(session, master);
    await master.query("ALTER ROLE ingest PASSWORD 'ingest'");
    await allowBrowsing(master, [records]);
    const secrets = await startSecrets(session);
    secrets.put("login", JSON.stringify({ username: "ingest", password: "ingest" }));
    const lambda = await listen(session, async (request, response) => {
      const payload = JSON.parse((await readBody(request)).toString()) as unknown;
      fixture.started.push({
        path: request.url ?? "",
        type: request.headers["x-amz-invocation-type"],
        payload,
      });
      response.writeHead(202).end();
    });
    Object.assign(process.env, {
      DATABASE_HOST: access.host,
      DATABASE_PORT: String(access.port),
      DATABASE_NAME: access.database,
      DATABASE_SECRET_ARN: "login",
      DATABASE_CA: access.ssl.ca,
      INGEST_FUNCTION_NAME: "dev-ingest",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_ENDPOINT_URL_LAMBDA: lambda,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: session.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.credentials.secretAccessKey,
    });
    return fixture;
  }

  async clear(): Promise<void> {
    this.started.length = this.said.length = 0;
    await this.master.query("TRUNCATE records, ingest_jobs, ingest_rejects RESTART IDENTITY");
  }

  async close(): Promise<void> {
    this.restoreEnvironment();
    await this.session.close();
  }

  async call<A extends keyof JobsAnswers>(action: A, more: object): Promise<JobsAnswers[A]> {
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string) => this.said.push(text) > 0;
    try {
      return (await this.handler({ action, ...more })) as JobsAnswers[A];
    } finally {
      process.stdout.write = write;
    }
  }

  async rows(sql: string): Promise<unknown[][]> {
    return (await this.master.query<unknown[]>({ text: sql, rowMode: "array" })).rows;
  }

  /** Makes a job that has not moved for so many seconds, at byte 100 of 1000. */
  async job(key: string, idleSeconds = 0, more: Record<string, unknown> = {}): Promise<void> {
    const place = { size: 1000, byte_offset: 100, newline: "\n", layout };
    const columns = { bucket: "b", key, etag: `tag of ${key}`, ...place, ...more };
    const names = Object.keys(columns);
    await this.master.query(
      `INSERT INTO ingest_jobs (${names.join(", ")}, started_at, updated_at)
       VALUES (${names.map((_, i) => `$${i + 1}`).join(", ")},
         now() - make_interval(secs => ${idleSeconds}), now() - make_interval(secs => ${idleSeconds}))`,
      Object.values(columns),
    );
  }

  /** Makes so many rejects of a job, one a byte. */
  async reject(number: number, offset: number, size = 10): Promise<void> {
    await this.master.query(
      `INSERT INTO ingest_rejects (job, byte_offset, reason, record, line, column_name, value, code)
       SELECT 1, $2 + i, 'no number', repeat('x', $3), i + 2, 'mcc', 'x', 'not-a-number'
       FROM generate_series(0, $1 - 1) i`,
      [number, offset, size],
    );
  }
}

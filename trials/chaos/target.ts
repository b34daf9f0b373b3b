import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Client } from "pg";
import type { Table } from "../../functions/ingest/table";
import type { Environment } from "../../local/environment";
import type { LocalLambda } from "../../local/lambda/service";
import { addTables } from "../packageCallback";
import { withS3 } from "../s3Client";
import { connect } from "../uploadAndFollow";
import { Road } from "./road";

/** The parts of an environment that the trials load through, and that the faults strike. */
export class ChaosTarget {
  readonly lambda: LocalLambda;
  readonly functionName: string;
  readonly jobsFunctionName: string;
  readonly bucket: string;
  private client: Client | undefined;
  private restarted: Promise<void> = Promise.resolve();
  private asked: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly environment: Environment,
    /** What the functions reach the database by. */
    readonly road: Road,
  ) {
    const { ingest } = environment.outputs;
    this.lambda = environment.services.lambda;
    this.functionName = ingest.functionName;
    this.jobsFunctionName = ingest.jobsFunctionName;
    this.bucket = ingest.bucketName;
  }

  /**
   * @param config the environment's, of its ingest function
   * @param table beside those of tables/
   */
  static async start(
    environment: Environment,
    config: Readonly<Record<string, string>>,
    table: Table,
  ): Promise<ChaosTarget> {
    const { host, port: serverPort } = environment.database.server;
    const road = await Road.open(host, serverPort);
    const target = new ChaosTarget(environment, road);
    await addTables(environment, [table], {
      reserveMs: Number(config["ingest:handOverReserveMs"]),
      maxRejects: Number(config["ingest:maxRejects"]),
      chunkBytes: Number(config["ingest:chunkBytes"]),
    });
    const ports = { [target.functionName]: road.port, [target.jobsFunctionName]: road.othersPort };
    for (const [name, port] of Object.entries(ports)) {
      const { environment: variables } = target.lambda.spec(name);
      await target.lambda.updateFunction(name, {
        environment: { ...variables, DATABASE_PORT: String(port) },
      });
    }
    return target;
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
    this.road.close();
  }

  /** @returns the etag, without its quotes */
  async put(key: string, body: Buffer): Promise<string> {
    const put = new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body });
    const { ETag = "" } = await withS3(this.environment, (client) => client.send(put));
    return ETag.replaceAll('"', "");
  }

  /** Restarts PostgreSQL, behind a restart that is under way. */
  restart(mode: "fast" | "immediate"): Promise<void> {
    this.restarted = this.restarted.then(() => this.environment.database.server.restart(mode));
    return this.restarted;
  }

  /** Makes every statement take a while: a wrong order of commits shows each time. */
  async slowDown(): Promise<void> {
    await this.sql(`CREATE OR REPLACE FUNCTION chaos_slow() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END $$`);
    await this.sql("CREATE TRIGGER chaos_slow AFTER INSERT ON records EXECUTE FUNCTION chaos_slow()");
  }

  /** A query that waits for the one before it, and for a server that is restarting, since that is one of the faults. */
  readonly sql = <T extends object>(text: string, values: unknown[] = []): Promise<T[]> => {
    const answer = this.asked.then(() => this.query<T>(text, values));
    this.asked = answer.catch(() => undefined);
    return answer;
  };

  private async query<T extends object>(text: string, values: unknown[]): Promise<T[]> {
    for (let tries = 0; ; tries++) {
      try {
        return (await (await this.connection()).query<T>(text, values)).rows;
      } catch (error) {
        const { code } = error as { code?: string };
        if (tries === 100 || (code !== undefined && !/^(57|08|ECONN|EPIPE)/.test(code))) throw error;
        this.client = undefined;
        await sleep(100);
      }
    }
  }

  async connection(): Promise<Client> {
    if (this.client) return this.client;
    const client = await connect(this.environment);
    client.on("error", () => (this.client = undefined));
    this.client = client;
    return client;
  }
}

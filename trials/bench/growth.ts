import type { Client } from "pg";
import { GroundworkError } from "../../infra/error";
import type { Environment } from "../../local/environment";
import { connect } from "../uploadAndFollow";
import { fileMaker } from "./files";
import { IngestBench, type Load } from "./ingestBench";
import { serverCpuMs } from "./peers/serverProcesses";
import { unhurried } from "./rounds";

/** One load into a table that has rows already. */
export interface GrowthStep extends Pick<Load, "ms" | "cpuMs" | "peakRss"> {
  /** In the table, before this load. */
  readonly rowsBefore: number;
  readonly rows: number;
  /** Milliseconds; undefined without /proc. */
  readonly serverCpuMs: number | undefined;
  readonly walBytes: number;
  /** At its end. */
  readonly tableBytes: number;
  readonly indexBytes: number;
}

export interface GrowthOptions {
  /** Rows of each file. */
  readonly rows: number;
  /** Ends with the load that brings the table to so many rows. */
  readonly until: number;
  /** Told of each load at its end. */
  readonly onStep: (step: GrowthStep) => void;
  readonly stop: AbortSignal;
}

/**
 * Loads a file again and again into a table that is never emptied, and measures each load by the packaged function of an
 * environment made with `benchConfig`.
 *
 * @param dir for the file that is loaded
 * @throws GroundworkError when a load fails, or leaves another number of rows than the file has
 */
export async function measureGrowth(
  environment: Environment,
  dir: string,
  { rows, until, onStep, stop }: GrowthOptions,
): Promise<GrowthStep[]> {
  const { dataDir } = environment.database.server;
  const client = await connect(environment);
  try {
    const bench = new IngestBench(environment, client);
    const { keys } = await fileMaker(dir, bench, rows)(1);
    const steps: GrowthStep[] = [];
    for (let rowsBefore = 0; rowsBefore < until; rowsBefore += rows) {
      stop.throwIfAborted();
      // A file that was loaded is not loaded again, unless its job is forgotten.
      await client.query("DELETE FROM ingest_jobs");
      await client.query("CHECKPOINT");
      await bench.redeploy(unhurried);
      const [before, cpuBefore] = [await sizes(client), serverCpuMs(dataDir)];
      const { ms, cpuMs, peakRss } = await bench.load(...keys);
      const [after, cpuAfter] = [await sizes(client), serverCpuMs(dataDir)];
      const found = await rowsIn(client, before.lastId);
      if (found !== rows) throw new GroundworkError(`A load of ${rows} rows left ${found} in the table`);
      const step = {
        rowsBefore,
        rows,
        ms,
        cpuMs,
        peakRss,
        serverCpuMs: cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
        walBytes: after.wal - before.wal,
        tableBytes: after.table,
        indexBytes: after.indexes,
      };
      steps.push(step);
      onStep(step);
    }
    return steps;
  } finally {
    await client.end();
  }
}

interface Sizes {
  /** Bytes of WAL since the server was made. */
  readonly wal: number;
  readonly table: number;
  readonly indexes: number;
  readonly lastId: string;
}

async function sizes(client: Client): Promise<Sizes> {
  const { rows } = await client.query<Sizes>(
    `SELECT (pg_current_wal_lsn() - '0/0')::float8 AS wal, pg_relation_size('records')::float8 AS "table",
       pg_indexes_size('records')::float8 AS indexes, (SELECT coalesce(max(id), 0) FROM records) AS "lastId"`,
  );
  return rows[0]!;
}

/** Only those of the last load: a table of a hundred million isn't counted each time. */
async function rowsIn(client: Client, lastId: string): Promise<number> {
  const { rows } = await client.query<{ n: string }>("SELECT count(*) AS n FROM records WHERE id > $1", [
    lastId,
  ]);
  return Number(rows[0]!.n);
}

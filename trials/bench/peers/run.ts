import type { Client } from "pg";
import { GroundworkError } from "../../../infra/error";
import type { Environment } from "../../../local/environment";
import records from "../../../tables/records";
import { connect } from "../../uploadAndFollow";
import type { BenchFile } from "../benchFile";
import { fileMaker } from "../files";
import { IngestBench } from "../ingestBench";
import { unhurried } from "../rounds";
import { type PeerFigures, type PeerLoad, peerFigures, rotated } from "./figures";
import type { Peer, PeerSetting } from "./peer";
import { serverCpuMs, setApart } from "./serverProcesses";
import { peers } from "./table";

export interface PeersOptions extends Omit<PeerSetting, "database"> {
  readonly runs: number;
  readonly rows: number;
  /** Keys of `peers`; the first one is measured whether it is among them or not. */
  readonly only: readonly string[];
  /** The server on one core, everything else on another. */
  readonly apart: boolean;
  /** False: without the indexes of `records`, its primary key's excepted. */
  readonly indexes: boolean;
}

export interface PeersResult {
  readonly rows: number;
  /** Of the server. */
  readonly serverVersion: string;
  readonly figures: readonly PeerFigures[];
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/** One way to load, ready to be measured. */
interface Way {
  readonly name: string;
  readonly version: string;
  /** How often an amount of the file goes into the table's. */
  readonly times: 1 | 2;
  /** Brings about what the load begins with; isn't measured. */
  prepare(): Promise<void>;
  load(): Promise<Pick<PeerLoad, "functionCpuMs"> & { readonly ms?: number }>;
}

/**
 * Holds the packaged ingest function of an environment made with `benchConfig` beside its peers: in each round all of
 * them, one after the other into the emptied table.
 *
 * @param dir for the file that is loaded
 * @throws GroundworkError when a load fails, or doesn't leave as many rows and as large a sum as the file has
 */
export async function runPeers(
  environment: Environment,
  dir: string,
  { runs, rows, only, apart, indexes, ...setting }: PeersOptions,
): Promise<PeersResult> {
  const { database } = environment;
  const { dataDir } = database.server;
  const client = await connect(environment);
  try {
    const leftOut: { name: string; why: string }[] = [];
    const chosen = peers.filter(({ key }, index) => index === 0 || only.includes(key));
    const bench = new IngestBench(environment, client);
    const file = await fileMaker(dir, bench, rows)(1);
    const found = await readyWays(chosen, file, { database, ...setting }, leftOut);
    const ways = [...found, ...functionWays(bench, file)];
    if (!indexes) await dropIndexes(client);
    if (apart) await setApart(dataDir);
    const table = ways.map(({ name, version }) => ({ name, version, loads: [] as PeerLoad[] }));
    // What PostgreSQL's own COPY makes of the file is what each has to come to.
    await bench.reset();
    await ways[0]!.load();
    const expected = await totals(client, ways[0]!);
    for (let round = 0; round < runs; round++) {
      for (const index of rotated([...ways.keys()], round)) {
        setting.stop.throwIfAborted();
        const way = ways[index]!;
        const load = await measure(way, bench, dataDir);
        await check(client, way, expected);
        table[index]!.loads.push(load);
        setting.say(`round ${round + 1} of ${runs}: ${way.name}, ${Math.round(load.ms)} ms`);
      }
    }
    const base = table[0]!;
    const { rows: versions } = await client.query<{ server_version: string }>("SHOW server_version");
    return {
      rows: file.rows,
      serverVersion: versions[0]?.server_version ?? "",
      figures: peerFigures(table, base),
      leftOut,
    };
  } finally {
    await client.end();
  }
}

/** What can't be had is told, and left out. */
async function readyWays(
  chosen: readonly Peer[],
  { file }: BenchFile,
  setting: PeerSetting,
  leftOut: { name: string; why: string }[],
): Promise<Way[]> {
  const ways: Way[] = [];
  for (const { name, ready } of chosen) {
    try {
      const { load, ...told } = await ready(setting);
      ways.push({
        name,
        ...told,
        times: 1,
        prepare: () => Promise.resolve(),
        load: async () => {
          await load(file);
          return {};
        },
      });
    } catch (error) {
      if (!(error instanceof GroundworkError)) throw error;
      leftOut.push({ name, why: error.message });
      setting.say(`${name} is left out: ${error.message}`);
    }
  }
  return ways;
}

function functionWays(bench: IngestBench, { keys }: BenchFile): Way[] {
  const way = (name: string, isCold: boolean): Way => ({
    name,
    version: `Node ${process.versions.node}`,
    times: 2,
    prepare: async () => {
      if (isCold) await bench.redeploy(unhurried);
    },
    load: async () => {
      const { ms, cpuMs, initMs } = await bench.load(...keys);
      if ((initMs !== undefined) !== isCold)
        throw new GroundworkError(`${name}: its process was another one`);
      return { ms, functionCpuMs: cpuMs };
    },
  });
  return [way("ingest function, cold", true), way("ingest function, warm", false)];
}

async function measure(way: Way, bench: IngestBench, dataDir: string): Promise<PeerLoad> {
  await bench.reset();
  await way.prepare();
  const cpuBefore = serverCpuMs(dataDir);
  const started = performance.now();
  const { ms = performance.now() - started, ...load } = await way.load();
  const cpuAfter = serverCpuMs(dataDir);
  return {
    ms,
    serverCpuMs: cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
    ...load,
  };
}

/** The table's rows, and the sum of the file's amounts in them. */
async function totals(client: Client, { times }: Way): Promise<string> {
  const { rows } = await client.query<{ rows: string; sum: string }>(
    `SELECT count(*)::text AS rows, trim_scale(coalesce(sum(amount), 0) / $1)::text AS sum FROM ${records.name}`,
    [times],
  );
  return `${rows[0]?.rows} rows with amounts of ${rows[0]?.sum}`;
}

async function check(client: Client, way: Way, expected: string): Promise<void> {
  const found = await totals(client, way);
  if (found !== expected) throw new GroundworkError(`${way.name} left ${found}; the file has ${expected}`);
}

async function dropIndexes(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = $1::regclass AND NOT indisprimary",
    [records.name],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
}

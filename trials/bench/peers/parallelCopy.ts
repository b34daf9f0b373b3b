import { randomUUID } from "node:crypto";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { GroundworkError } from "../../../infra/error";
import { root } from "../../../programs/programs";
import records from "../../../tables/records";
import type { Peer, PeerSetting } from "./peer";
import { columns, libpqVariables, runProgram, versionIn } from "./program";

const name = "timescaledb-parallel-copy";
const source = { package: `github.com/timescale/${name}/cmd/${name}`, version: "v0.13.0" };

/** Looked for once, for all of its peers. */
let found: Promise<string> | undefined;

/** timescaledb-parallel-copy as its README has it; an import id makes it load a file once, however often it is called. */
export function parallelCopy(workers: number, importId = false): Peer {
  return {
    key: `parallel-copy-${workers}${importId ? "-id" : ""}`,
    name: `parallel-copy, ${workers}${importId ? ", import id" : workers > 1 ? " workers" : " worker"}`,
    ready: async (setting) => {
      const program = await (found ??= findProgram(setting));
      const variables = libpqVariables(setting.database);
      return {
        version: versionIn(await runProgram(program, ["--version"])),
        load: async (file) =>
          void (await runProgram(program, parallelCopyArguments(file, workers, importId), variables)),
      };
    },
  };
}

/** The connection is libpq's variables; each load has an import id of its own, or it would be no load. */
export function parallelCopyArguments(file: string, workers: number, importId: boolean): string[] {
  return [
    // Not empty: the default names another server.
    ...["--connection", "application_name=bench"],
    ...["--table", records.name, "--columns", columns.replaceAll(" ", ""), "--skip-header"],
    ...["--file", file, "--workers", String(workers)],
    ...(importId ? ["--import-id", randomUUID()] : []),
  ];
}

/** The program on PATH, or one that is built from its Go module. */
async function findProgram({ say, stop }: PeerSetting): Promise<string> {
  if (!spawnSync(name, ["--version"]).error) return name;
  if (spawnSync("go", ["version"]).error) {
    throw new GroundworkError(`neither ${name} nor go to build it with is on PATH`);
  }
  const script = path.join(root, ".ci/go-program");
  const folder = `parallel-copy-${source.version}`;
  say(`building ${name} from its Go module, unless the project's cache has it`);
  const { GROUNDWORK_CACHE, GOPROXY, GOFLAGS } = process.env;
  const variables = Object.entries({ GROUNDWORK_CACHE, GOPROXY, GOFLAGS }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const said = await runProgram(
    script,
    [folder, name, source.package, source.version],
    Object.fromEntries(variables),
    stop,
  );
  return said.trim().split("\n").at(-1) ?? "";
}

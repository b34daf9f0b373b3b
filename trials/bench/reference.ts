import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import type { LocalDatabase } from "../../local/services";
import { connect } from "../uploadAndFollow";
import { libpqVariables, runProgram, target, versionIn } from "./peers/program";

/** What loads are measured beside: the same file into the same table, as plainly as PostgreSQL can. */
export interface Reference {
  readonly name: string;
  readonly version: string;
  /** Loads a file, into `records` unless told; resolves with the milliseconds that it took, its process included. */
  load(file: string, copy?: Copy): Promise<number>;
  /** The same for a file so many times, with a session for each, one after the other, or with one for all. */
  loadOften(file: string, times: number, sessions: "each" | "one"): Promise<number>;
}

/** How PostgreSQL loads a file, in one session. */
export interface Copy {
  /** The table with its columns. */
  readonly into: string;
  /** Of COPY, beside its format. */
  readonly options?: string;
  /** SQL before it and behind it. */
  readonly before?: string;
  readonly then?: string;
}

const plain: Copy = { into: target };

/** psql's `\copy` over TLS as the function has it; without psql on PATH the file's raw bytes by pg-copy-streams. */
export function makeReference(database: LocalDatabase): Reference {
  const { stdout, error } = spawnSync("psql", ["--version"], { encoding: "utf8" });
  if (error) {
    const load = (file: string, copy?: Copy): Promise<number> => rawCopy(database, [file], copy);
    return {
      name: "raw COPY (no psql on PATH)",
      version: "",
      load,
      loadOften: async (file, times, sessions) => {
        const files = Array.from({ length: times }, () => file);
        if (sessions === "one") return rawCopy(database, files);
        let sum = 0;
        for (const each of files) sum += await load(each);
        return sum;
      },
    };
  }
  const often = {
    each: `for i in $(seq "$2"); do psql $3 --command "$1"; done`,
    one: `yes "$1" | head -n "$2" | psql $3`,
  };
  return {
    name: "psql \\copy",
    version: versionIn(stdout),
    load: (file, copy = plain) => {
      const commands = [copy.before, copyOf(file, copy), copy.then].filter((each) => each !== undefined);
      return timed(database, "psql", [...psqlOptions, ...commands.flatMap((each) => ["--command", each])]);
    },
    // The shell's own loop: nothing of this process stands between two sessions.
    loadOften: (file, times, sessions) =>
      timed(database, "sh", [
        "-euc",
        often[sessions],
        "sh",
        copyOf(file),
        String(times),
        psqlOptions.join(" "),
      ]),
  };
}

const psqlOptions = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"];

function copyOf(file: string, copy = plain): string {
  return `\\copy ${copy.into} FROM '${file.replaceAll("'", "''")}' ${optionsOf(copy)}`;
}

const optionsOf = ({ options }: Copy): string => `(FORMAT csv, HEADER${options ? `, ${options}` : ""})`;

async function timed(database: LocalDatabase, program: string, args: string[]): Promise<number> {
  const started = performance.now();
  await runProgram(program, args, libpqVariables(database));
  return performance.now() - started;
}

/** All in one session. */
async function rawCopy(database: LocalDatabase, files: string[], copy = plain): Promise<number> {
  const started = performance.now();
  const client = await connect({ database });
  try {
    if (copy.before !== undefined) await client.query(copy.before);
    for (const file of files) {
      const stream = client.query(copyFrom(`COPY ${copy.into} FROM STDIN ${optionsOf(copy)}`));
      await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), stream);
    }
    if (copy.then !== undefined) await client.query(copy.then);
  } finally {
    await client.end();
  }
  return performance.now() - started;
}

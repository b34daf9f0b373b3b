import type { Profiler } from "node:inspector";
import { InvalidArgumentError, Option } from "commander";
import { peers } from "../../trials/bench/peers/table";
import { type BenchPart, type Round, benchConfig, benchParts } from "../../trials/bench/rounds";
import { hottest } from "../../trials/bench/profile";
import type { BenchResult } from "../../trials/bench/run";
import { median } from "../../trials/median";
import { sampleRows } from "../../trials/sample/sample";
import { wholeNumber } from "../shared/arguments";
import { writeColumns } from "../shared/columns";
import { Command } from "../shared/command";
import { formatBytes, formatCount, formatDuration, runCommand } from "../shared/terminal";

interface BenchCommandOptions {
  only: BenchPart[];
  runs: number;
  rows: number;
  factor: number;
  files: number[];
  json: boolean;
  profile?: string | true;
  peers: boolean;
  apart: boolean;
  indexes: boolean;
  onlyPeers: string[];
  growth?: number;
  console: boolean;
  write: boolean;
}

const peerKeys = peers.map(({ key }) => key);

const command = new Command("npm run bench --")
  .description(
    "Measures the packaged ingest function beside psql's \\copy: the same file, server and run, one after the other, medians.",
  )
  .option(
    "--only <parts>",
    `some of ${benchParts.join(", ")}, with commas: the file, one many times as large, ten hand-overs, many small files at once, size and loading of the package, other formats and columns`,
    (text) => someOf(benchParts, text),
    [...benchParts],
  )
  .option("--runs <n>", "how often each is measured", wholeNumber(), 5)
  .option("--rows <n>", "rows of the file", wholeNumber(), sampleRows)
  .option("--factor <n>", "how many times as large the second file is", wholeNumber(), 10)
  .option(
    "--files <n>",
    "how many files of 500 rows come at once; with commas one after the other",
    (text) => text.split(",").map(wholeNumber()),
    [1000],
  )
  .option("--json", "end with one JSON object on stdout", false)
  .addOption(
    new Option(
      "--profile [file]",
      "instead of measuring, write a CPU profile of one cold load (ingest.cpuprofile unless told), and print its ten hottest places",
    ).conflicts(["peers", "write", "only", "json"]),
  )
  .option(
    "--peers",
    "instead, hold the function beside what a user would pick, in rounds: each round all of them; docs/bench.md says more",
    false,
  )
  .addOption(
    new Option("--apart", "peers: the server on one core, everything else on another")
      .default(false)
      .implies({ peers: true }),
  )
  .addOption(
    new Option("--no-indexes", "peers: without the indexes of records, its primary key's excepted").implies({
      peers: true,
    }),
  )
  .addOption(
    new Option("--only-peers <peers>", `some of ${peerKeys.join(", ")}, with commas`)
      .argParser((text) => someOf(peerKeys, text))
      .default([...peerKeys], "all")
      .implies({ peers: true }),
  )
  .addOption(
    new Option(
      "--growth <rows>",
      "instead, load a file of --rows times --factor again and again into a table that grows to so many rows",
    )
      .argParser(wholeNumber())
      .conflicts(["peers", "profile", "only", "runs"]),
  )
  .addOption(
    new Option(
      "--console",
      "instead, open each page of the console in Chromium: first paint, bytes, requests",
    )
      .default(false)
      .conflicts(["peers", "growth", "profile", "only", "write"]),
  )
  .option(
    "--write",
    "peers: write the table into docs/bench.md, and the picture docs/bench.svg; growth: into docs/scale.md",
    false,
  )
  .parse();

runCommand(async (stop) => {
  const { json, profile, ...options } = command.opts<BenchCommandOptions>();
  if (options.growth !== undefined) {
    const { measureGrowthOf } = await import("./growth");
    const { growth: until, write } = options;
    return measureGrowthOf({ rows: options.rows * options.factor, until, json, write, stop });
  }
  if (options.console) {
    const { measureConsole } = await import("./consolePages");
    return measureConsole({ runs: options.runs, json, stop });
  }
  if (options.peers || options.write) {
    const { onlyPeers: only, ...rest } = options;
    const { holdBesidePeers } = await import("./peers");
    return holdBesidePeers({ ...rest, only, json, stop });
  }
  // Loaded here: --help doesn't wait for the programs and their providers.
  const { withEnvironment } = await import("../shared/localEnvironment");
  const { profileLoad, runBench } = await import("../../trials/bench/run");
  if (profile !== undefined) {
    const file = profile === true ? "ingest.cpuprofile" : profile;
    const found = await withEnvironment({ config: benchConfig, signal: stop }, (environment, { dir }) =>
      profileLoad(environment, dir, options.rows, file),
    );
    printProfile(found, file);
    return;
  }
  const onRound = ({ what, number, ms }: Round): void => {
    process.stderr.write(
      `${what} round ${number} of ${options.runs}: ${ms.map(formatDuration).join(", ")}\n`,
    );
  };
  const result = await withEnvironment({ config: benchConfig, signal: stop }, (environment, { dir }) =>
    runBench(environment, dir, { ...options, onRound, stop }),
  );
  print(result, json);
});

function printProfile(profile: Profiler.Profile, file: string): void {
  for (const { place, ms, share } of hottest(profile, 10)) {
    const columns = [
      `${formatCount(Math.round(ms))} ms`.padStart(8),
      `${Math.round(share * 100)}%`.padStart(4),
    ];
    process.stdout.write(`${columns.join(" ")}  ${place}\n`);
  }
  process.stderr.write(
    `${file} holds it whole: open it in Chrome's developer tools or in Visual Studio Code\n`,
  );
}

function print({ table, starts, packageBytes }: BenchResult, json: boolean): void {
  const lines = table.map(({ what, rows, ms, ratios, loads, files, wholes }) => {
    const inits = loads.flatMap(({ initMs }) => initMs ?? []);
    const most = Math.max(0, ...loads.map(({ peakRss }) => peakRss));
    return {
      what,
      rows,
      ms: Math.round(median(ms)),
      rowsPerSecond: Math.round((rows / median(ms)) * 1000),
      ratio: Number(median(ratios).toFixed(2)),
      ...(inits.length > 0 && { initMs: Math.round(median(inits)) }),
      ...(loads.length > 0 && { cpuMs: Math.round(median(loads.map(({ cpuMs }) => cpuMs))) }),
      ...(most > 0 && { peakBytes: most }),
      ...(loads.some(({ hops }) => hops > 0) && { hops: Math.round(median(loads.map(({ hops }) => hops))) }),
      ...(files !== undefined && { filesPerSecond: Math.round((files / median(ms)) * 1000) }),
      ...(wholes.length > 0 && {
        connections: Math.max(...wholes.map(({ connections }) => connections)),
        wholeBytes: Math.max(...wholes.map(({ bytes }) => bytes)),
      }),
    };
  });
  const required = starts.length > 0 && {
    requireMs: Math.round(median(starts.map(({ ms }) => ms))),
    requireCpuMs: Math.round(median(starts.map(({ cpuMs }) => cpuMs))),
  };
  const out = json ? process.stderr : process.stdout;
  const rows = lines.map((line) => [
    line.what,
    formatCount(line.rows),
    formatCount(line.ms),
    formatCount(line.rowsPerSecond),
    line.ratio.toFixed(2),
    line.initMs === undefined ? "" : `${line.initMs} ms`,
    line.cpuMs === undefined ? "" : `${formatCount(line.cpuMs)} ms`,
    line.peakBytes === undefined ? "" : formatBytes(line.peakBytes),
    line.hops === undefined ? "" : String(line.hops),
    line.filesPerSecond === undefined ? "" : formatCount(line.filesPerSecond),
    line.connections === undefined ? "" : String(line.connections),
    line.wholeBytes === undefined ? "" : formatBytes(line.wholeBytes),
  ]);
  const isUsed = (_: string, column: number): boolean => rows.some((row) => row[column] !== "");
  const shown = [titles, ...rows].map((row) => row.filter(isUsed));
  if (rows.length > 0) writeColumns(shown, out, [...titles.keys()].slice(1));
  out.write(`\ningest.zip: ${formatBytes(packageBytes)}\n`);
  if (required) {
    out.write(`cold require: ${required.requireMs} ms, ${required.requireCpuMs} ms of it on the CPU\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ lines, packageBytes, ...required })}\n`);
}

const titles = [
  "load",
  "rows",
  "ms",
  "rows/s",
  "reference's time / its time",
  "of it start",
  "CPU of the function",
  "peak memory",
  "hand-overs",
  "files/s",
  "connections",
  "memory of all",
];

/** Of the known names those that a text with commas has. */
function someOf<T extends string>(known: readonly T[], text: string): T[] {
  const names = text.split(",");
  const chosen = known.filter((name) => names.includes(name));
  if (chosen.length !== names.length) {
    throw new InvalidArgumentError(`It must be some of ${known.join(", ")}, with commas between them.`);
  }
  return chosen;
}

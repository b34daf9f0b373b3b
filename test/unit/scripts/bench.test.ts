import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { check } from "prettier";
import { root } from "../../../programs/programs";
import { cells, pageWith, picture, titles } from "../../../scripts/bench/peersPage";
import type { PeersResult } from "../../../trials/bench/peers/run";
import { columns } from "../../../scripts/shared/columns";

const figures = [
  {
    name: "ingest function, warm",
    version: "Node 20.20.2",
    ratio: 1.8149,
    ms: 1500,
    range: [1400, 1620] as const,
    serverCpuMs: 2345,
    functionCpuMs: 450,
  },
  {
    name: "DuckDB's extension <postgres",
    version: "2.0.1",
    ratio: 0.03,
    ms: 92_000,
    range: [91_000, 123_456] as const,
  },
];
const result: PeersResult = {
  rows: 478_817,
  serverVersion: "18.4",
  figures,
  leftOut: [
    { name: "parallel-copy, 1 worker", why: "could not be built:\n\tnot available." },
    { name: "pgloader", why: "pgloader is not on PATH" },
    { name: "parallel-copy, 2 workers", why: "could not be built:\n\tnot available." },
  ],
};

describe("npm run bench", () => {
  for (const options of ["--growth 5 --apart", "--growth 5 --profile", "--profile --write"]) {
    it(`does not leave out a part of ${options} without a word`, () => {
      const args = ["-r", "./programs/register.js", "scripts/bench", ...options.split(" ")];
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
      expect(status).to.equal(1);
      expect(stderr).to.match(/^error: option '--(growth|profile).*' cannot be used with option '--/);
    });
  }
});

describe("npm run bench -- --peers", () => {
  it("prints a table of at most 100 columns", () => {
    const lines = columns([titles, ...figures.map(cells)]);
    expect(lines[1]).to.match(
      /^ingest function, warm +1\.81 +1\.50 +1\.40 to 1\.62 +0\.45 +2\.35? +Node 20\.20\.2$/,
    );
    for (const line of lines) expect(line.length).to.be.at.most(100);
  });

  it("writes a table between the marks of its variant, and nothing else", () => {
    const page =
      "a\n<!-- begin peers -->\nold\n<!-- end peers -->\nb\n<!-- begin peers apart -->x<!-- end peers apart -->\n";
    const together = pageWith(page, result, { apart: false, indexes: true, runs: 5 });
    expect(together).to.match(
      /^a\n<!-- begin peers -->\n\n`npm run bench -- --peers --runs 5`: 478,817 rows, PostgreSQL 18\.4/,
    );
    expect(together)
      .to.contain("| 1.81 |")
      .and.to.contain(
        "\n\nLeft out: parallel-copy, 1 worker; parallel-copy, 2 workers: could not be built: not available.\n\n" +
          "Left out: pgloader: pgloader is not on PATH.\n\n",
      );
    expect(together).not.to.contain("old");
    expect(together).to.match(
      /<!-- end peers -->\nb\n<!-- begin peers apart -->x<!-- end peers apart -->\n$/,
    );
    const again = pageWith(together, result, { apart: true, indexes: true, runs: 5 });
    expect(again).to.contain("--peers --apart --runs 5");
    expect(pageWith(again, result, { apart: true, indexes: true, runs: 5 })).to.equal(again);
    expect(() => pageWith(page, result, { apart: true, indexes: false, runs: 5 })).to.throw(
      "add <!-- begin peers apart no-indexes -->",
    );
  });

  it("names the cores of the machine, though --apart leaves this process one", () => {
    const { availableParallelism } = os;
    const own = os as { availableParallelism: () => number };
    own.availableParallelism = () => 77;
    try {
      const page = pageWith("<!-- begin peers --><!-- end peers -->", result, {
        apart: false,
        indexes: true,
        runs: 5,
      });
      expect(page).to.contain(`, ${availableParallelism()} cores of `);
    } finally {
      own.availableParallelism = availableParallelism;
    }
  });

  it("has a place in docs/bench.md for each variant, and leaves the page formatted", async () => {
    let page = readFileSync(path.join(root, "docs/bench.md"), "utf8");
    for (const apart of [false, true]) {
      for (const indexes of [false, true]) page = pageWith(page, result, { apart, indexes, runs: 5 });
    }
    expect(page.split("1.81")).to.have.length(5);
    expect(await check(page, { parser: "markdown", printWidth: 110 })).to.equal(true);
  });

  it("draws each load, ours in blue", () => {
    const svg = picture(result, 5);
    expect(svg).to.contain("DuckDB's extension &lt;postgres").and.to.contain("1.50 s (1.81)");
    expect(svg.match(/#0072b2/g)).to.have.length(1);
  });
});

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { treeBytes } from "../../../../trials/compare/processTree";
import { figuresOf, glueDollars, lambdaDollars, references } from "../../../../trials/compare/figures";
import { picture } from "../../../../trials/compare/picture";

describe("npm run compare", () => {
  it("counts the work without its start, and its share of the reference round by round", () => {
    const loads = [
      { seconds: 9, startSeconds: 5, peakBytes: 10, dollars: 0.01 },
      { seconds: 12, startSeconds: 4, peakBytes: 30, dollars: 0.02 },
      { seconds: 11, startSeconds: 6, peakBytes: 20, dollars: 0.03 },
    ];
    const reference = [{ seconds: 2 }, { seconds: 2 }, { seconds: 4 }];
    expect(figuresOf("x", 1000, loads, reference)).to.deep.equal({
      name: "x",
      rows: 1000,
      seconds: 11,
      startSeconds: 5,
      workSeconds: 5,
      rowsPerSecond: 200,
      ofReference: 0.5,
      peakBytes: 30,
      dollarsPerMillionRows: 20,
    });
  });

  it("leaves out what was not measured", () => {
    expect(figuresOf("x", 10, [{ seconds: 2 }], [])).to.deep.equal({
      name: "x",
      rows: 10,
      seconds: 2,
      workSeconds: 2,
      rowsPerSecond: 5,
    });
  });

  it("prices a function by memory, time and hops, and a job by workers, for a minute at least", () => {
    expect(lambdaDollars(10, 2048, 1)).to.be.closeTo(20 * 0.0000133334 + 2 * 0.0000002, 1e-9);
    expect(glueDollars(3600, 3)).to.be.closeTo(1.32, 1e-9);
    expect(glueDollars(5, 2)).to.equal(glueDollars(60, 2));
  });

  it("draws every load and every figure of the research", () => {
    const loads = ["psql \\copy", "Lambda <function>"].map((name) =>
      figuresOf(name, 478_817, [{ seconds: 3.2, startSeconds: 0.2 }], []),
    );
    const svg = picture(loads, 3).replaceAll("&#39;", "'");
    expect(svg).to.match(/^<svg [^>]*xmlns/);
    for (const text of [
      "478,817 rows",
      "psql \\copy",
      "Lambda &lt;function&gt;",
      "3.0 s, 3.2 s with its start",
    ]) {
      expect(svg).to.contain(text);
    }
    for (const { name } of references) expect(svg).to.contain(name);
    expect(svg).to.contain("28 min").and.to.contain("3 min to 5 min");
  });

  it("says so when the research's figures are brought to another number of rows", () => {
    const svg = picture([figuresOf("x", 4_788_170, [{ seconds: 30 }], [])], 1);
    expect(svg).to.contain("4 h 40 min, at its rate for 478,817 rows");
  });

  it("counts the memory of a process with its children", async () => {
    const code =
      "globalThis.held = Buffer.alloc(1 << 26, 1); setTimeout(() => {}, 1e4); process.stdout.write('up')";
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await once(child.stdout, "data");
      const part = await treeBytes(child.pid ?? 0);
      expect(part).to.be.greaterThan(1 << 26);
      expect(await treeBytes(process.pid)).to.be.greaterThan(part + 30e6);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("refuses every stack but this machine's, and files that it can't read or draw", () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ["-r", "./programs/register.js", "scripts/compare.ts", ...args], {
        cwd: root,
        encoding: "utf8",
      });
    const dev = run("--stack", "dev");
    expect(dev.status).to.equal(1);
    expect(dev.stderr).to.match(
      /^A comparison empties the table before each load, and in dev that table is yours/,
    );
    expect(run("no-such.csv").stderr).to.contain("There is no file no-such.csv");
  });
});

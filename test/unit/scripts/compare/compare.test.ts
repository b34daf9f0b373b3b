import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { picture } from "../../../../scripts/compare/picture";
import { figuresOf, references } from "../../../../trials/compare/figures";

describe("npm run compare", () => {
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

  it("refuses every stack but this machine's, and files that it can't read or draw", () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ["-r", "./programs/register.js", "scripts/compare", ...args], {
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

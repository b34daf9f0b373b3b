import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { root } from "../../../../programs/programs";

describe("npm run load, before it asks AWS for anything,", () => {
  const load = (...args: string[]) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ["-r", "./programs/register.js", "scripts/load", ...args, "--stack", "local"],
      { cwd: root, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
    );
    return [status, stderr.trim()];
  };
  const file = "package.json";

  for (const [what, args, said] of [
    ["no file", [], "Name the file to load: npm run load -- FILE (npm run load -- --help says more)"],
    ["a file that isn't there", ["no.csv"], "There is no file no.csv: name a CSV file"],
    ["one of several that isn't", [file, "no.csv"], "There is no file no.csv: name a CSV file"],
    ["a file beside --existing", [file, "--existing", "a/"], `--existing takes no file: leave ${file} out`],
    ["a file beside --list", [file, "--list"], `--list takes no file: leave ${file} out`],
    ["--status of a folder", ["docs", "--status"], "--status: for one file alone, not for several"],
    ["--key of several", [file, "README.md", "--key", "k"], "--key: for one file alone, not for several"],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(load(...args)).to.deep.equal([1, said]);
    });
  }

  for (const args of [
    [file, "--key", "k", "--prefix", "p/"],
    ["--existing", "a/", "--prefix", "p/"],
    ["--existing", "a/", "--status"],
    ["--list", "--retry"],
    [file, "--undo", "--again"],
  ]) {
    it(`refuses ${args.filter((arg) => arg.startsWith("--")).join(" and ")} together`, () => {
      const [status, said] = load(...args);
      expect(said).to.match(/^error: option '--.*' cannot be used with option '--/);
      expect(status).to.equal(1);
    });
  }
});

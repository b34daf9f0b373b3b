import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../programs/programs";

const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe("every command's --help", () => {
  for (const [name, line] of Object.entries(scripts)) {
    const [program = "", ...args] = line.split(" ");
    if (program !== "node") continue;
    it(`npm run ${name} -- --help shows its options, and loads nothing that takes long`, () => {
      const heavyModules = path.join(__dirname, "../../support/heavyModules.js");
      const options = ["-r", heavyModules, ...args, "--help"];
      const { stdout, stderr } = spawnSync(program, options, { cwd: root, encoding: "utf8" });
      expect(stdout).to.include("Usage: npm ").and.to.include("--help");
      expect(stderr).to.equal("[]\n");
    });
  }
});

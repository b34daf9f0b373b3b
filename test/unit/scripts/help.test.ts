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
      expect(stdout)
        .to.include("Usage: npm ")
        .and.to.include("--help")
        .and.to.not.match(/default:\s+false/);
      expect(stderr).to.equal("[]\n");
    });
  }

  it("of an action on the stacks shows the options that it takes, and no argument", () => {
    const help = (action: string): string => {
      const args = ["-r", "./programs/register.js", "scripts/stacks", action, "--help"];
      return spawnSync("node", args, { cwd: root, encoding: "utf8" }).stdout;
    };
    expect(help("preview")).to.match(/^Usage: npm run preview -- \[options\]\n/);
    expect(help("preview"))
      .to.include("--plans")
      .and.to.not.match(/--(remove|pending|secrets-provider)/);
    expect(help("destroy")).to.include("--remove").and.to.not.include("--plans");
  });

  it("has no machine's path and no milliseconds for a default", () => {
    for (const name of ["tunnel", "diagram", "logs"]) {
      const [program = "", ...args] = (scripts[name] ?? "").split(" ");
      const { stdout } = spawnSync(program, [...args, "--help"], { cwd: root, encoding: "utf8" });
      expect(stdout, name).to.not.match(/\(default:\s+("?\/|\d{5})/);
    }
  });
});

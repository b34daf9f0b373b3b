import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { changesBetween } from "./support/changes";
import { deployedCopy, needsPulumi } from "./support/deployed";
import { type Ended, type Engine, ended } from "./support/engine";

describe("npm run deploy", () => {
  before(needsPulumi);

  const deploy = ["-r", "./programs/register.js", "scripts/stacks/index.ts", "deploy", "--only", "auth"];
  const change = "update apigateway.MethodSettings apigateway (settings)";

  it("carries out a change, and ends with what it changed", async () => {
    const { engine, changes } = await withChange();
    const { code, output } = await run(engine, process.execPath, [...deploy, "--yes"]);
    expect(code, output).to.equal(0);
    expect(output).to.match(/^auth +1 updated +\d/m);
    expect(changes()).to.deep.equal([change]);
  });

  it("asks before it changes anything where there is a terminal", async function () {
    if (!hasScript()) {
      console.log("      skipped: no script of util-linux on PATH, which makes a terminal");
      this.skip();
    }
    const { engine, changes } = await withChange();
    const terminal = ["-qec", [process.execPath, ...deploy].join(" "), "/dev/null"];
    const no = await run(engine, "script", terminal, "\r");
    expect(no.code, no.output).to.equal(1);
    expect(changes()).to.be.empty;
    const yes = await run(engine, "script", terminal, "\u001b[A\r");
    expect(yes.code, yes.output).to.equal(0);
    expect(yes.output).to.match(/auth\S* +1 updated +\d/);
    expect(changes()).to.deep.equal([change]);
  });
});

/** An environment whose config has changed since it was deployed, and what was changed in the cloud since then. */
async function withChange(): Promise<{ engine: Engine; changes: () => string[] }> {
  const engine = await deployedCopy();
  engine.configure("dev", { "auth:throttlingRate": 10 });
  const before = engine.resources("auth", "dev");
  return { engine, changes: () => changesBetween(before, engine.resources("auth", "dev")) };
}

/** @param answer to Pulumi's question; yes stands above no, which it begins with */
function run(engine: Engine, command: string, args: readonly string[], answer?: string): Promise<Ended> {
  const child = engine.start(command, args);
  let isAsked = false;
  return ended(child, (output) => {
    if (isAsked || answer === undefined || !output.includes("Do you want to perform this update?")) return;
    isAsked = true;
    child.stdin.write(answer);
  });
}

function hasScript(): boolean {
  return spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;
}

import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { notRun } from "../support/notRun";
import { changesBetween } from "./support/changes";
import { deployedCopy, needsPulumi } from "./support/deployed";
import { type Ended, type Engine, ended } from "./support/engine";

describe("npm run deploy", () => {
  before(needsPulumi);

  const deploy = ["-r", "./programs/register.js", "scripts/stacks/index.ts", "deploy", "--only", "auth"];
  const change = "update apigateway.MethodSettings apigateway (settings)";

  it("carries out a change, and ends with what it changed", async () => {
    const { engine, changes } = withChange();
    const { code, output } = await run(engine, process.execPath, [...deploy, "--yes"]);
    expect(code, output).to.equal(0);
    expect(output).to.match(/^auth +1 updated +\d/m);
    expect(changes()).to.deep.equal([change]);
  });

  it("asks before it changes anything where there is a terminal", async function () {
    needsScript(this);
    const { engine, changes } = withChange();
    const asked = "Do you want to perform this update?";
    const no = await run(engine, ...inTerminal(deploy), { asked, answer: "\r" });
    expect(no.code, no.output).to.equal(1);
    expect(changes()).to.be.empty;
    // Yes stands above no, which the question begins with.
    const yes = await run(engine, ...inTerminal(deploy), { asked, answer: "\u001b[A\r" });
    expect(yes.code, yes.output).to.equal(0);
    expect(yes.output).to.match(/auth\S* +1 updated +\d/);
    expect(changes()).to.deep.equal([change]);
  });
});

describe("npm run destroy", () => {
  before(needsPulumi);

  it("deletes nothing until the environment's own name was typed", async function () {
    needsScript(this);
    const engine = deployedCopy();
    const destroy = [
      "-r",
      "./programs/register.js",
      "scripts/stacks/index.ts",
      "destroy",
      "--only",
      "ingest",
    ];
    const before = engine.cloud.all();
    const others = before.filter(({ urn }) => !urn.startsWith("urn:pulumi:dev::ingest::"));
    expect(others.length).to.be.lessThan(before.length);
    const asked = "Type dev to delete them:";
    const no = await run(engine, ...inTerminal(destroy), { asked, answer: "prod\r" });
    expect(no.output).to.include("Nothing was deleted");
    expect(no.code, no.output).to.equal(1);
    expect(engine.cloud.all()).to.have.deep.members(before);
    const yes = await run(engine, ...inTerminal(destroy), { asked, answer: "dev\r" });
    expect(yes.code, yes.output).to.equal(0);
    expect(engine.cloud.all()).to.have.deep.members(others);
  });
});

/** An environment whose config has changed since it was deployed, and what was changed in the cloud since then. */
function withChange(): { engine: Engine; changes: () => string[] } {
  const engine = deployedCopy();
  engine.configure("dev", { "auth:throttlingRate": 10 });
  const before = engine.resources("auth", "dev");
  return { engine, changes: () => changesBetween(before, engine.resources("auth", "dev")) };
}

/** @param prompt a question, and what is typed when it is asked */
function run(
  engine: Engine,
  command: string,
  args: readonly string[],
  prompt?: { readonly asked: string; readonly answer: string },
): Promise<Ended> {
  const child = engine.start(command, args);
  let isAsked = false;
  return ended(child, (output) => {
    if (isAsked || !prompt || !output.includes(prompt.asked)) return;
    isAsked = true;
    child.stdin.write(prompt.answer);
  });
}

/** A command of Node.js in a terminal of its own. */
function inTerminal(args: readonly string[]): [command: string, args: string[]] {
  return ["script", ["-qec", [process.execPath, ...args].join(" "), "/dev/null"]];
}

function needsScript(context: Mocha.Context): void {
  if (spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux")) return;
  notRun(context, "script of util-linux, which makes a terminal");
}

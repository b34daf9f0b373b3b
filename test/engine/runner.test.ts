import { execFileSync } from "node:child_process";
import { rmSync, truncateSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { nameOfMade } from "./cloud";
import { slowType } from "./provider";
import { needsPulumi, twoAtATime } from "./support/deployed";
import { Engine, ended } from "./support/engine";

/** How GitHub's runner ends a step: SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL to all that is left of it. */
const runner = { patience: 7500, lastPatience: 2500 };

/** What a trial breaks off: a deployment while AWS makes this resource, and how. */
interface Trial {
  readonly type: string;
  /** As messages call it. */
  readonly name: string;
  /** `cancelled` as the runner does it, or `killed` at once, with the CLI and its providers. */
  readonly how: "cancelled" | "killed";
}

const resources: readonly Omit<Trial, "how">[] = [
  { type: "aws:cloudwatch/logGroup:LogGroup", name: "cloudwatch.LogGroup network-flow-logs" },
  { type: "aws:iam/role:Role", name: "iam.Role network-flow-logs" },
  { type: "aws:ec2/securityGroup:SecurityGroup", name: "ec2.SecurityGroup network-endpoints-sg" },
  { type: "aws:iam/rolePolicy:RolePolicy", name: "iam.RolePolicy network-flow-logs" },
  { type: "aws:ec2/flowLog:FlowLog", name: "ec2.FlowLog network-flow-logs" },
];
const trials = resources.flatMap((resource): Trial[] => [
  { ...resource, how: "cancelled" },
  { ...resource, how: "killed" },
]);

const only = ["--stack", "dev", "--only", "networking", "--yes"];

describe("a deployment that a runner breaks off", () => {
  const engines: Engine[] = [];
  let outcomes: (Error | undefined)[];
  before(needsPulumi);
  before(async function () {
    // All ten of them, six minutes where Spark runs beside.
    this.timeout(1_200_000);
    const empty = Engine.create();
    engines.push(empty);
    empty.configure("dev", { "aws:skipCredentialsValidation": true });
    const made = await empty.npm("init", ["--stack", "dev", "--only", "networking"]);
    expect(made.code, made.output).to.equal(0);
    outcomes = await twoAtATime(trials, async (trial) => {
      const engine = empty.copy();
      engines.push(engine);
      return carryOut(trial, engine).then(
        () => undefined,
        (error: Error) => error,
      );
    });
  });
  after(() => {
    for (const engine of engines) engine.close();
  });

  for (const [index, { how, name }] of trials.entries()) {
    it(`${how} while ${name} is made, goes on with nothing made twice and no lock left`, () => {
      const outcome = outcomes[index];
      if (outcome) throw outcome;
    });
  }

  it("that is killed in the middle of writing the state names the file that keeps the CLI from reading it", async () => {
    const [empty] = engines as [Engine];
    truncateSync(path.join(empty.state, ".pulumi/stacks/networking/dev.json.attrs"));
    const refused = await empty.npm("deploy", only);
    expect(forgetCutOffFile(empty, refused.output), refused.output).to.equal(true);
    expect(await empty.npm("outputs", only.slice(0, 4))).to.include({ code: 0 });
  });
});

async function carryOut(trial: Trial, engine: Engine): Promise<void> {
  const output = await breakOff(engine, trial);
  if (trial.how === "cancelled") {
    expect(output).to.include(
      "networking was stopped: go on with npm run deploy -- --stack dev --only networking",
    );
    expect(engine.locks(), output).to.be.empty;
  }
  let refused = await engine.npm("deploy", only);
  if (trial.how === "killed" && forgetCutOffFile(engine, refused.output)) {
    refused = await engine.npm("deploy", only);
  }
  expect(refused.output).to.include(
    `a run of networking was cut off while it made ${trial.name}: look in AWS whether it is there, then ` +
      `npm run refresh -- --stack dev --only networking --pending "${trial.name}=ID", or "${trial.name}=none" where it isn't`,
  );
  // As a person would: by what is in AWS.
  const names = [...refused.output.matchAll(/ --pending "(.*?)=ID"/g)].map(([, name = ""]) => name);
  const refresh = [...only, "--pending", ...names.map((name) => `${name}=${idOf(engine, name)}`)];
  let taken = await engine.npm("refresh", refresh);
  if (trial.how === "killed") {
    const [, cancel = ""] =
      /another run holds the stack: .* run pulumi -C stacks\/networking (cancel .*?)\. Then/.exec(
        taken.output,
      ) ?? [];
    expect(cancel, taken.output).to.not.equal("");
    await engine.pulumi("networking", cancel.split(" "));
    taken = await engine.npm("refresh", refresh);
  }
  expect(taken.code, taken.output).to.equal(0);
  const before = engine.cloud.all().map(({ id }) => id);
  const whole = await engine.npm("deploy", only);
  expect(whole.code, whole.output).to.equal(0);

  const after = engine.cloud.all();
  const twice = after.map(nameOfMade).filter((name, index, all) => all.indexOf(name) !== index);
  expect(twice, `is there twice\n${output}\n${taken.output}\n${whole.output}`).to.be.empty;
  expect(after.map(({ id }) => id)).to.include.members(before);
  expect(engine.locks()).to.be.empty;
}

/** Deletes the file that was cut off, as the message says; false where it names none. */
function forgetCutOffFile(engine: Engine, output: string): boolean {
  const [, file] = /a run was killed while it wrote the state.* delete (\S+),/.exec(output) ?? [];
  if (file !== undefined) rmSync(path.join(engine.state, file));
  return file !== undefined;
}

function idOf(engine: Engine, name: string): string {
  return engine.cloud.all().find((made) => nameOfMade(made) === name)?.id ?? "none";
}

/** Starts the deployment as the workflow's step does, and ends it while the resource is being made. */
async function breakOff(engine: Engine, { type, how }: Trial): Promise<string> {
  const command = ["-r", "./programs/register.js", "scripts/stacks", "deploy", ...only];
  const child = engine.start("bash", ["-e", "-c", `exec node ${command.join(" ")}`], { [slowType]: type });
  let output = "";
  const end = ended(child, (text) => (output = text));
  while (!engine.cloud.all().some(({ urn }) => urn.includes(`${type}::`))) {
    if (child.exitCode !== null) throw new Error(`It ended before ${type} was made:\n${output}`);
    await sleep(50);
  }
  if (how === "cancelled") {
    child.kill("SIGINT");
    await sleep(runner.patience);
    child.kill("SIGTERM");
    await Promise.race([end, sleep(runner.lastPatience)]);
  }
  killTree(child.pid ?? 0);
  await end;
  return output;
}

/** Ends a process and all that it started, whichever groups they are in. */
function killTree(pid: number): void {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const parents = rows.map((row) => row.trim().split(/ +/).map(Number) as [number, number]);
  const tree = [pid];
  for (const parent of tree) tree.push(...parents.flatMap(([own, of]) => (of === parent ? [own] : [])));
  for (const each of tree) {
    try {
      process.kill(each, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

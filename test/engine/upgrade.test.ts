import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { notRun } from "../support/notRun";
import { programs, root } from "../../programs/programs";
import { cloudResources, nameOf } from "./support/changes";
import { everything, needsPulumi, stacks, twoAtATime } from "./support/deployed";
import { Engine, type Resource } from "./support/engine";

/** The last commit whose components gave their resources names of their own choosing. */
const earlier = "c0f9c04";

/** They stand for an act, done again when what it was done with changes: nothing lives in them. */
const acts = ["aws:lambda/invocation:Invocation", "aws:apigateway/deployment:Deployment"];

/**
 * Roles have moved into the path of their environment, and machines take their updates from their first boot on: neither
 * changes in place, and nor does a flow log its role. Nothing lives in them.
 */
const moved = [
  ...[
    "apigateway-logs",
    "demo-db-monitoring",
    "ec2-proxy",
    "group-authorizer",
    "ingest",
    "ingest-glue-crawler",
  ],
  ...["ingest-glue-job", "ingest-jobs", "nat-start", "network-flow-logs", "schema"],
]
  .flatMap((name) => [`iam.Role ${name}`, `iam.RolePolicy ${name}`])
  .concat("iam.RolePolicy ingest-hand-over", "iam.InstanceProfile ec2-proxy")
  .concat("ec2.Instance ec2-proxy", "ec2.Instance nat", "ec2.FlowLog network-flow-logs");

describe("an environment that an earlier version deployed", () => {
  let code: string;
  let engine: Engine | undefined;
  before(needsPulumi);
  before(function () {
    code = mkdtempSync(path.join(tmpdir(), "groundwork-earlier-"));
    try {
      execFileSync("git", ["cat-file", "-e", `${earlier}^{commit}`], { cwd: root, stdio: "ignore" });
    } catch {
      notRun(this, `commit ${earlier} in its clone`);
    }
    const tar = execFileSync("git", ["archive", earlier], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    execFileSync("tar", ["-x", "-C", code], { input: tar });
  });
  after(() => {
    engine?.close();
    if (code) rmSync(code, { recursive: true, force: true });
  });

  it("is updated by this one without a resource replaced but roles and machines, and none deleted but what nobody uses any more", async () => {
    const deployed = (engine = Engine.create(code));
    for (const stack of stacks) deployed.configure(stack, { "aws:skipCredentialsValidation": true });
    deployed.configure("prod", everything);
    for (const stack of stacks) for (const { project } of programs) await deployed.init(project, stack);
    await upAll(deployed);
    const olds = resourcesOf(deployed);
    expect(olds.map(nameOf)).to.include.members(["ec2.SecurityGroup proxy-ec2-sg", "ec2.Instance nat"]);

    deployed.takeCurrentCode();
    // What production has to say since, and is refused without, in a sentence.
    deployed.configure("prod", { "groundwork:production": true, "auth:mfa": "optional" });
    await upAll(deployed);
    const news = resourcesOf(deployed);
    expect(news.map(nameOf)).to.include("ec2.SecurityGroup ec2-proxy-sg");
    expect(news.map(nameOf)).to.include.members(moved.map((name) => name.replace(/ nat/, " network-nat")));
    const kept = new Set(news.map(({ outputs }) => outputs?.__made));
    const gone = olds.filter(({ outputs }) => !kept.has(outputs?.__made)).map(nameOf);
    // A file that only the Glue job's former script read; the tables stand in its reader.js now. And the crawler that
    // signs in to PostgreSQL with a driver that doesn't know SCRAM.
    const unused = ["s3.BucketObjectv2 ingest-glue-table.json", "glue.Crawler ingest-glue-tables"];
    expect([...new Set(gone)]).to.have.members([...moved, ...unused]);
  });
});

async function upAll(engine: Engine): Promise<void> {
  await twoAtATime(stacks, async (stack) => {
    for (const { project } of programs) await engine.up(project, stack);
  });
}

function resourcesOf(engine: Engine): Resource[] {
  const all = stacks.flatMap((stack) => programs.flatMap(({ project }) => engine.resources(project, stack)));
  return cloudResources(all).filter(({ type }) => !acts.includes(type));
}

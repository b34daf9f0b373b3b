import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { programs, root } from "../../programs/programs";
import { cloudResources, nameOf } from "./support/changes";
import { needsPulumi, stacks, twoAtATime } from "./support/deployed";
import { Engine, type Resource } from "./support/engine";

/** The last commit whose components gave their resources names of their own choosing. */
const earlier = "c0f9c04";

/** All that dev leaves out, so that every resource of the programs is deployed in one of the two environments. */
const everything = {
  "networking:nat": "instance",
  "database:bastion": "ssh",
  "database:bastionPublicKey": "ssh-ed25519 AAAA",
  "database:bastionSshCidrs": ["203.0.113.7/32"],
  "database:eventTopicArn": "arn:aws:sns:us-east-1:123456789012:operators",
  "ingest:glue": true,
};

/** They stand for an act, done again when what it was done with changes: nothing lives in them. */
const acts = ["aws:lambda/invocation:Invocation", "aws:apigateway/deployment:Deployment"];

describe("an environment that an earlier version deployed", () => {
  let code: string;
  let engine: Engine | undefined;
  before(needsPulumi);
  before(function () {
    code = mkdtempSync(path.join(tmpdir(), "groundwork-earlier-"));
    try {
      execFileSync("git", ["cat-file", "-e", `${earlier}^{commit}`], { cwd: root, stdio: "ignore" });
    } catch {
      console.log(`      skipped: this clone doesn't reach back to ${earlier}`);
      this.skip();
    }
    const tar = execFileSync("git", ["archive", earlier], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    execFileSync("tar", ["-x", "-C", code], { input: tar });
  });
  after(() => {
    engine?.close();
    if (code) rmSync(code, { recursive: true, force: true });
  });

  it("is updated by this one without a resource replaced, and none deleted but a file that nobody reads any more", async () => {
    const deployed = (engine = Engine.create(code));
    for (const stack of stacks) deployed.configure(stack, { "aws:skipCredentialsValidation": true });
    deployed.configure("prod", everything);
    for (const stack of stacks) for (const { project } of programs) await deployed.init(project, stack);
    await upAll(deployed);
    const olds = resourcesOf(deployed);
    expect(olds.map(nameOf)).to.include.members(["ec2.SecurityGroup proxy-ec2-sg", "ec2.Instance nat"]);

    deployed.takeCurrentCode();
    deployed.configure("prod", { "groundwork:production": true });
    await upAll(deployed);
    const news = resourcesOf(deployed);
    expect(news.map(nameOf)).to.include.members([
      "ec2.SecurityGroup ec2-proxy-sg",
      "ec2.Instance network-nat",
    ]);
    const kept = new Set(news.map(({ outputs }) => outputs?.__made));
    // A file that only the Glue job's former script read; the tables stand in its reader.js now.
    expect(olds.filter(({ outputs }) => !kept.has(outputs?.__made)).map(nameOf)).to.deep.equal([
      "s3.BucketObjectv2 ingest-glue-table.json",
    ]);
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

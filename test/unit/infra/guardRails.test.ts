import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { evaluate } from "../../../programs/evaluate";
import { root } from "../../../programs/programs";
import { rejection } from "../../support/rejection";
import { record } from "../../support/stacks";

describe("a program behind guard rails", () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), "groundwork-test-"))));
  afterEach(() => rmSync(dir, { recursive: true }));

  /** Runs a program that begins as ours do; what it makes goes into `made`. */
  function run(source: string, made: string[] = [], config: Record<string, string> = {}): Promise<unknown> {
    mkdirSync(path.join(dir, "program"));
    const opening = `const load = require("node:module").createRequire(${JSON.stringify(path.join(root, "x.js"))});
      const pulumi = load("@pulumi/pulumi"), aws = load("@pulumi/aws");
      load("./infra/config").readConfig({ project: "shop", keys: {} });
      const tags = { Project: "groundwork", Environment: "dev", Stack: "shop" };
      const wide = { securityGroupId: "sg", ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", tags };\n`;
    writeFileSync(path.join(dir, "program", "index.js"), `${opening}${source}\nmodule.exports = {};`);
    const program = { project: "shop", dir: path.join(dir, "program"), reads: [] };
    const world = {
      create: ({ name }: { name: string }) => {
        made.push(name);
        return Promise.resolve({ id: name, outputs: {} });
      },
      call: () => Promise.reject(new Error("not called")),
      stackOutputs: () => undefined,
    };
    return evaluate(program, { stack: "dev", config: { "aws:region": "us-east-1", ...config }, world });
  }

  const queue = (name: string, inputs = "") =>
    `const ${name} = new aws.sqs.Queue("${name}", { tags, sqsManagedSseEnabled: true, ${inputs} });`;
  const open = (name: string, inputs = "") =>
    `new aws.vpc.SecurityGroupIngressRule("${name}", { ...wide, ${inputs} });`;
  const opens = (name: string) =>
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule ${name} lets the whole internet in: ` +
    "name the ranges or the security group that may connect";

  it("makes what keeps the rules", async () => {
    const made: string[] = [];
    await run(queue("one") + queue("two", "name: one.id"), made);
    expect(made).to.deep.equal(["one", "two"]);
  });

  it("makes nothing at all when one resource breaks a rule by what the program says", async () => {
    const made: string[] = [];
    expect(await rejection(run(queue("one") + open("door"), made))).to.equal(
      `The environment dev breaks its rules: ${opens("door")}`,
    );
    expect(made).to.deep.equal([]);
  });

  it("names all that it breaks at once", async () => {
    const failed = await rejection(
      run(open("door") + open("gate") + `new aws.s3.Bucket("files", { tags });`),
    );
    expect(failed).to.match(/^The environment dev breaks its rules:\n/);
    expect(failed.split("\n  - ").slice(1)).to.have.members([
      opens("door"),
      opens("gate"),
      "aws:s3/bucket:Bucket files has no BucketPublicAccessBlock, BucketServerSideEncryptionConfiguration, " +
        "BucketVersioning, BucketPolicy, BucketOwnershipControls, BucketLifecycleConfiguration of its name: " +
        "make it with PrivateBucket",
    ]);
  });

  it("refuses what becomes known with another resource, and a resource made then, before either is made", async () => {
    for (const late of [
      open("door", `cidrIpv4: one.id.apply(() => "0.0.0.0/0")`),
      `one.id.apply(() => { ${open("door")} });`,
    ]) {
      const made: string[] = [];
      expect(await rejection(run(queue("one") + late, made))).to.equal(
        `The environment dev breaks its rules: ${opens("door")}`,
      );
      expect(made).to.deep.equal(["one"]);
      rmSync(path.join(dir, "program"), { recursive: true });
    }
  });

  it("keeps what its resources wait for", async () => {
    const made: string[] = [];
    const source = `let ready;
      const dependsOn = new Promise((resolve) => (ready = resolve));
      new aws.sqs.Queue("last", { tags, sqsManagedSseEnabled: true }, { dependsOn });
      ${queue("one")}
      one.id.apply(() => ready([]));`;
    await run(source, made);
    expect(made).to.deep.equal(["one", "last"]);
  });

  it("refuses what lacks tags, and what no rule is about", async () => {
    const bare = `new aws.sqs.Queue("bare", { sqsManagedSseEnabled: true }); new aws.iam.User("me", { tags });`;
    const failed = await rejection(run(bare));
    expect(failed).to.include("aws:sqs/queue:Queue bare lacks the tags Project, Environment, Stack");
    expect(failed).to.include("aws:iam/user:User me is of a type that nobody has judged");
  });

  const broken: { project: string; key: string; value: string; says: string }[] = [
    {
      project: "networking",
      key: "flowLogs",
      value: "false",
      says: "awsx:ec2:Vpc network has no flow logs: ",
    },
    {
      project: "database",
      key: "deletionProtection",
      value: "false",
      says: "aws:rds/instance:Instance demo-db can be deleted: ",
    },
    {
      project: "auth",
      key: "deletionProtection",
      value: "false",
      says: "aws:cognito/userPool:UserPool pool can be deleted with its users: ",
    },
    {
      project: "ingest",
      key: "deleteFilesOnDestroy",
      value: "true",
      says: "aws:s3/bucket:Bucket ingest would be destroyed with its files: ",
    },
  ];
  for (const { project, key, value, says } of broken) {
    it(`is ${project}, which says the key that breaks a rule of prod`, async () => {
      const config = { [`${project}:${key}`]: value };
      const failed = await rejection(record(project, { stack: "prod", config }));
      expect(failed).to.include(`${says}set ${project}:${key} to ${value === "true" ? "false" : "true"}`);
    });
  }

  it("lets an environment go that is given up", async () => {
    const config = { "auth:deletionProtection": "false", "groundwork:retire": "true" };
    await record("auth", { stack: "prod", config });
  });

  it("refuses nothing for what a preview doesn't know yet", async () => {
    await pulumi.runtime.setMocks(
      { newResource: ({ inputs }) => ({ id: undefined, state: inputs as object }), call: () => ({}) },
      "shop",
      "dev",
      true,
    );
    const registered: string[] = [];
    await pulumi.runtime.runInPulumiStack(async () => {
      const [{ holdGuardRails }, aws] = await Promise.all([
        import("../../../infra/guardRails"),
        import("@pulumi/aws"),
      ]);
      holdGuardRails({ production: true, retire: false });
      const tags = { Project: "groundwork", Environment: "dev", Stack: "shop" };
      const one = new aws.sqs.Queue("one", { tags, sqsManagedSseEnabled: true });
      const role = new aws.iam.RolePolicy("two", { role: "r", policy: one.id.apply(() => "no policy") });
      role.urn.apply((urn) => registered.push(urn));
      return {};
    });
    await pulumi.runtime.disconnect();
    expect(registered).to.have.length(1);
  });
});

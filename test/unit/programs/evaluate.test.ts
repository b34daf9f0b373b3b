import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { attributesOf } from "../../../programs/attributes";
import { type World, evaluate } from "../../../programs/evaluate";
import { evaluateAll } from "../../../programs/evaluateAll";
import { readStackConfig } from "../../../programs/environments";
import { programs, root } from "../../../programs/programs";
import { rejection } from "../../support/rejection";

describe("evaluating a program", () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), "groundwork-test-"))));
  afterEach(() => rmSync(dir, { recursive: true }));

  const scope = { region: "eu-west-1", account: "123456789012", stack: "dev" };
  const world: World = {
    create: (resource) => {
      const { id, ...outputs } = attributesOf({ ...resource, scope });
      return Promise.resolve({ id, outputs });
    },
    call: () => Promise.reject(new Error("not called")),
    stackOutputs: () => undefined,
  };

  /** A program in a folder of its own, which loads packages as one in the checkout would. */
  function run(source: string, own: Partial<World> = {}): Promise<Record<string, unknown>> {
    mkdirSync(path.join(dir, "program"));
    const load = `const load = require("node:module").createRequire(${JSON.stringify(path.join(root, "x.js"))});
      const pulumi = load("@pulumi/pulumi"), aws = load("@pulumi/aws");\n`;
    writeFileSync(path.join(dir, "program", "index.js"), load + source);
    const program = { project: "shop", dir: path.join(dir, "program"), reads: [] };
    return evaluate(program, { stack: "dev", config: { "shop:size": "7" }, world: { ...world, ...own } });
  }

  it("knows its project, environment, organization, folder and config", async () => {
    const outputs = await run(`module.exports = {
      names: [pulumi.getProject(), pulumi.getStack(), pulumi.getOrganization()],
      size: new pulumi.Config().requireNumber("size"), cwd: process.cwd() };`);
    expect(outputs.names).to.deep.equal(["shop", "dev", "organization"]);
    expect(outputs.size).to.equal(7);
    expect(outputs.cwd).to.match(/program$/);
  });

  it("ends in the folder it began in, also when the program throws", async () => {
    const before = process.cwd();
    expect(await rejection(run(`throw new Error("no");`))).to.equal("no");
    expect(process.cwd()).to.equal(before);
  });

  it("fails when an input can't be computed of a resource that nothing else waits for", async () => {
    const failing = run(`
      const queue = new aws.sqs.Queue("first");
      new aws.sqs.Queue("second", { name: queue.id.apply(() => { throw new Error("late") }) });
      module.exports = {};`);
    expect(await rejection(failing)).to.include("late");
  });

  it("waits for resources that no output names", async () => {
    const made: string[] = [];
    await run(`new aws.sqs.Queue("q"); module.exports = {};`, {
      create: async (resource) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        made.push(resource.name);
        return { id: "q", outputs: {} };
      },
    });
    expect(made).to.deep.equal(["q"]);
  });

  const failures = [
    {
      name: "a resource type that the table lacks",
      source: `new aws.iot.Thing("thing");`,
      says: "Resource type aws:iot/thing:Thing (thing) is unknown here: add what AWS computes for it to a table in programs/attributes/",
    },
    {
      name: "an input that the table needs and the program didn't set",
      source: `new pulumi.CustomResource("aws:s3/bucketPolicy:BucketPolicy", "open", {});`,
      says: "aws:s3/bucketPolicy:BucketPolicy open has no bucket: set it in the program, or change what programs/attributes/ expects",
    },
    {
      name: "an upstream stack that isn't deployed",
      source: `new pulumi.StackReference("organization/networking/dev");`,
      says: "Stack organization/networking/dev is not deployed: deploy it first with npm run deploy -- --stack dev --only networking",
    },
    {
      name: "an error inside an apply",
      source: `module.exports = { x: pulumi.output(1).apply(() => { throw new Error("in apply"); }) };`,
      says: "in apply",
    },
  ];
  for (const { name, source, says } of failures) {
    it(`fails with the cause's own sentence: ${name}`, async () => {
      expect(await rejection(run(source))).to.equal(says);
    });
  }
});

describe("the programs of an environment", () => {
  it("read a deployed stack under the name that the config gives it, and tell that name's environment", async () => {
    const evaluation = evaluateAll("dev", {
      projects: programs.filter(({ project }) => project === "database"),
      config: { ...readStackConfig("dev"), "database:networkingStack": "acme/shared-network/live" },
      deployed: { database: { networking: { vpcId: "vpc-1" } } },
      create: (resource) => Promise.resolve(attributesOf(resource)),
    });
    expect(await rejection(evaluation)).to.equal(
      "Stack networking has no output publicSubnetIds: deploy it first with npm run deploy -- --stack live --only networking",
    );
  });
});

describe("an environment's config", () => {
  it("is read as the CLI hands it on: every value as text", () => {
    expect(readStackConfig("dev")).to.include({
      "aws:region": "us-east-1",
      "database:deletionProtection": "false",
      "database:backupRetentionDays": "1",
    });
  });

  for (const stack of ["nowhere", "../x", ""]) {
    it(`is refused for an environment that doesn't exist: "${stack}"`, () => {
      expect(() => readStackConfig(stack)).to.throw(
        /^There is no environment .*: the environments are .*dev/,
      );
    });
  }
});

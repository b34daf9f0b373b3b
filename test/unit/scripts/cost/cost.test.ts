import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { estimate } from "../../../../scripts/cost/estimate";
import { outdated, prices, sources } from "../../../../scripts/cost/prices";
import { record, recordAll } from "../../../support/stacks";

type Resource = Parameters<typeof estimate>[0][number];

const vpc = (strategy: string): Resource => ({
  type: "awsx:ec2:Vpc",
  name: "network",
  inputs: {
    natGateways: { strategy },
    subnetSpecs: [{ type: "Private", name: "private", cidrBlocks: ["10.0.2.0/24", "10.0.3.0/24"] }],
  },
});
const endpoint = (subnetIds: string[]): Resource => ({
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  name: "lambda",
  inputs: { vpcEndpointType: "Interface", subnetIds },
});
const database = (inputs: Record<string, unknown>): Resource => ({
  type: "aws:rds/instance:Instance",
  name: "db",
  inputs: { instanceClass: "db.t4g.micro", allocatedStorage: 20, multiAz: false, ...inputs },
});
const machine = (inputs: Record<string, unknown>): Resource => ({
  type: "aws:ec2/instance:Instance",
  name: "nat",
  inputs: { instanceType: "t4g.nano", ...inputs },
});

describe("the cost of an environment", () => {
  const cases = [
    { what: "no NAT", resources: [vpc("None")], idle: 0, wayOut: 0 },
    { what: "one NAT gateway", resources: [vpc("Single")], idle: 36.5, wayOut: 36.5 },
    { what: "a NAT gateway a zone", resources: [vpc("OnePerAz")], idle: 73, wayOut: 73 },
    { what: "an endpoint in two zones", resources: [endpoint(["a", "b"])], idle: 14.6, wayOut: 14.6 },
    { what: "a NAT instance", resources: [machine({ sourceDestCheck: false })], idle: 7.356, wayOut: 7.356 },
    { what: "a bastion", resources: [machine({})], idle: 7.356, wayOut: 0 },
    { what: "a database", resources: [database({})], idle: 13.98, wayOut: 0 },
    { what: "a database in two zones", resources: [database({ multiAz: true })], idle: 27.96, wayOut: 0 },
  ];
  for (const { what, resources, idle, wayOut } of cases) {
    it(`of ${what} is $${idle} a month`, () => {
      const result = estimate(resources);
      expect(result.idleTotal).to.be.closeTo(idle, 0.001);
      expect(result.wayOutTotal).to.be.closeTo(wayOut, 0.001);
      expect(result.unpriced).to.be.empty;
    });
  }

  it("says what it has no price for instead of leaving it out", () => {
    const big = database({ instanceClass: "db.x9.huge" });
    const unknown = { type: "aws:quantum/computer:Computer", name: "q", inputs: {} };
    expect(estimate([big, unknown]).unpriced).to.deep.equal([
      "aws:rds/instance:Instance db (db.x9.huge)",
      "aws:quantum/computer:Computer q",
    ]);
  });

  it("has a price for everything that dev asks for, the dearest first, and of a million rows", async () => {
    const resources = [...(await recordAll()).values()].flatMap((recording) => recording.resources);
    const topic = { "database:eventTopicArn": "arn:aws:sns:us-east-1:123456789012:operators" };
    const choice = await record("database", { config: topic });
    expect(estimate(choice.resources).unpriced).to.deep.equal([]);
    const { idle, idleTotal, unpriced, perMillionRows, perMillionRowsTotal } = estimate(resources);
    expect(unpriced).to.deep.equal([]);
    const amounts = idle.map(({ monthly }) => monthly);
    expect(amounts).to.deep.equal([...amounts].sort((a, b) => b - a));
    expect(idle.filter(({ isWayOut }) => isWayOut).map(({ item }) => item)).to.include.members([
      "interface endpoint network-lambda, in 2 zones",
      "interface endpoint network-secretsmanager, in 2 zones",
    ]);
    expect(idleTotal).to.be.within(40, 80);
    // The figure of docs/ingest.md for the load itself.
    expect(perMillionRows[0]?.monthly).to.be.closeTo(0.000076, 0.000001);
    expect(perMillionRowsTotal).to.be.within(0.001, 0.1);
  });

  it("names what the Glue job would cost beside the function, and leaves it out of the total", async () => {
    const resources = [
      ...(await recordAll("dev", { "ingest:glue": "true", "networking:nat": "instance" })).values(),
    ].flatMap((recording) => recording.resources);
    const { perMillionRows, perMillionRowsTotal, unpriced } = estimate(resources);
    expect(unpriced).to.deep.equal([]);
    const glue = perMillionRows.find(({ item }) => item.includes("Glue job"));
    const workers = resources.find(({ type }) => type === "aws:glue/job:Job")?.inputs.numberOfWorkers;
    expect(glue?.item).to.equal(`loading by the Glue job instead, ${String(workers)} workers for 60 s`);
    // A DPU-hour costs $0.44 and a G.1X worker is one: a minute of each.
    expect(glue?.monthly).to.be.closeTo((Number(workers) * 0.44) / 60, 1e-9);
    expect(perMillionRowsTotal).to.be.below(0.1);
  });

  it("says of every price from which page it is, and of which month", () => {
    expect(sources.flatMap(({ of }) => of)).to.have.members(Object.keys(prices));
    for (const { page, date } of sources) {
      expect(page).to.match(/^https:\/\/aws\.amazon\.com\/.*pricing\//);
      expect(date).to.match(/^\d{4}-\d{2}$/);
    }
  });

  it("knows which of them are older than a year", () => {
    expect(outdated(new Date("2026-06-30"))).to.be.empty;
    expect(
      outdated(new Date("2026-07-01"))
        .map(({ of }) => of)
        .flat(),
    )
      .to.include("disk")
      .and.not.include("metricMonth");
  });

  it("counts metrics of one's own and web ACLs, and says what bursts, traces and loads cost on top", async () => {
    const recordings = await recordAll("dev", { "auth:webAcl": "true" });
    const { idle } = estimate([...recordings.values()].flatMap(({ resources }) => resources));
    const line = (item: string) => idle.find((each) => each.item.startsWith(item));
    expect(line("metric of ingest-jobs")?.monthly).to.equal(0.3);
    expect(line("web ACL")?.monthly).to.equal(7);
    expect(line("metrics of ingest")?.note).to.include("loads in every hour");
    expect(line("API")?.note).to.include("$5 a million traces");
    expect(line("database demo-db")?.note).to.include("$0.075 a vCPU and hour");
    expect(line("machine ec2-proxy")?.note).to.include("$0.04 a vCPU and hour");
  });
});

describe("npm run cost", () => {
  it("reads secrets and what comes from Pulumi ESC by the CLI, and prices what they choose", () => {
    const dir = mkdtempSync(path.join(tmpdir(), "groundwork-cost-"));
    try {
      const values = { "aws:region": "eu-west-1", "networking:nat": "gateway" };
      const said = Object.entries(values).map(([key, value]) => [key, { value, secret: false }]);
      const answer = JSON.stringify(Object.fromEntries(said));
      writeFileSync(path.join(dir, "pulumi"), `#!/bin/sh\necho '${answer}'\n`);
      chmodSync(path.join(dir, "pulumi"), 0o755);
      writeFileSync(path.join(dir, "Pulumi.esc.yaml"), "environment:\n  - shared\n");
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ["-r", "./programs/register.js", "scripts/cost", "--stack", "esc", "--json"],
        { cwd: root, encoding: "utf8", env: { PATH: dir, GROUNDWORK_ENVIRONMENTS: dir } },
      );
      expect(stderr).to.equal("");
      const { region, idle } = JSON.parse(stdout) as { region: string; idle: { item: string }[] };
      expect(region).to.equal("eu-west-1");
      expect(idle.map(({ item }) => item)).to.include("NAT gateway 1, with its address");
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

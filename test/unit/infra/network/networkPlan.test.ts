import { expect } from "chai";
import { networkingConfig } from "../../../../infra/network/networkConfig";
import { planNetwork } from "../../../../infra/network/networkPlan";
import { checkProjectConfig } from "../../../../infra/projectConfig";

const check = (config: Record<string, unknown>, shared: Record<string, string> = {}) =>
  checkProjectConfig(networkingConfig, "dev", {
    "aws:region": "us-east-1",
    ...shared,
    ...Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        `networking:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  });

describe("the network's plan", () => {
  const good = [
    {
      what: "two zones and no NAT, where config says nothing",
      config: {},
      plan: {
        zoneCount: 2,
        zoneNames: undefined,
        nat: "none",
        interfaceEndpoints: ["lambda", "secretsmanager"],
      },
    },
    {
      what: "no endpoint beside a NAT gateway",
      config: { nat: "gateway" },
      plan: { interfaceEndpoints: [] },
    },
    {
      what: "no endpoint beside a NAT instance",
      config: { nat: "instance" },
      plan: { interfaceEndpoints: [] },
    },
    {
      what: "zones by name",
      config: { zones: ["us-east-1c", "us-east-1d"] },
      plan: { zoneNames: ["us-east-1c", "us-east-1d"], zoneCount: 2 },
    },
    {
      what: "zones by count",
      config: {
        zones: 3,
        publicCidrBlocks: ["10.0.1.0/24", "10.0.4.0/24", "10.0.5.0/24"],
        privateCidrBlocks: ["10.0.2.0/24", "10.0.3.0/24", "10.0.6.0/24"],
      },
      plan: { zoneNames: undefined, zoneCount: 3 },
    },
    {
      what: "subnets at both ends of the VPC, side by side",
      config: {
        publicCidrBlocks: ["10.0.0.0/24", "10.0.1.0/24"],
        privateCidrBlocks: ["10.0.2.0/23", "10.0.255.0/24"],
      },
      plan: { zoneCount: 2 },
    },
    {
      what: "no flow logs on request",
      config: { flowLogs: false },
      plan: { flowLogRetentionDays: undefined },
    },
  ];
  for (const { what, config, plan: expected } of good) {
    it(`has ${what}`, () => {
      const checked = check(config);
      if (checked.problems) throw new Error(checked.problems.join());
      expect(planNetwork(checked.config)).to.deep.include(expected);
    });
  }

  const bad = [
    {
      what: "a subnet outside of the VPC",
      config: { privateCidrBlocks: ["10.0.2.0/24", "10.1.3.0/24"] },
      says: "networking:privateCidrBlocks: 10.1.3.0/24 lies outside of the VPC's 10.0.0.0/16",
    },
    {
      what: "subnets over one another",
      config: { privateCidrBlocks: ["10.0.2.0/24", "10.0.2.128/25"] },
      says: "10.0.2.128/25 overlaps 10.0.2.0/24 of networking:privateCidrBlocks",
    },
    {
      what: "a private subnet over a public one",
      config: { privateCidrBlocks: ["10.0.2.0/24", "10.0.4.0/24"] },
      says: "10.0.4.0/24 overlaps 10.0.4.0/24 of networking:publicCidrBlocks",
    },
    {
      what: "private subnets in one zone",
      config: { publicCidrBlocks: ["10.0.1.0/24"], privateCidrBlocks: ["10.0.2.0/24"] },
      says: "two zones at least",
    },
    {
      what: "a zone without a public range",
      config: { publicCidrBlocks: ["10.0.1.0/24"] },
      says: "networking:publicCidrBlocks has 1 range(s) for 2 zone(s)",
    },
    {
      what: "a range that begins in its middle",
      config: { vpcCidrBlock: "172.16.1.0/16" },
      says: "networking:vpcCidrBlock: 172.16.1.0/16 doesn't begin a range: write 172.16.0.0/16",
    },
    {
      what: "a subnet that begins in its middle",
      config: { publicCidrBlocks: ["10.0.1.7/24", "10.0.4.0/24"] },
      says: "networking:publicCidrBlocks: 10.0.1.7/24 doesn't begin a range: write 10.0.1.0/24",
    },
    {
      what: "a subnet that is too small",
      config: { privateCidrBlocks: ["10.0.2.0/29", "10.0.3.0/24"] },
      says: "networking:privateCidrBlocks: 10.0.2.0/29 has a size that AWS doesn't take",
    },
    {
      what: "a zone without a private range",
      config: { zones: 3, publicCidrBlocks: ["10.0.1.0/24", "10.0.4.0/24", "10.0.5.0/24"] },
      says: "networking:privateCidrBlocks has 2 range(s) for 3 zone(s)",
    },
    { what: "a count of one zone", config: { zones: 1 }, says: "two zones at least" },
    { what: "no zone at all", config: { zones: [] }, says: "two zones at least" },
    { what: "text that is no range", config: { vpcCidrBlock: "10.0.0.0" }, says: "must be an IPv4 range" },
    {
      what: "text that is no instance type",
      config: { natInstanceType: "nano" },
      says: "must be an EC2 instance type",
    },
    { what: "a VPC that is too large", config: { vpcCidrBlock: "10.0.0.0/8" }, says: "from /16 to /28" },
    {
      what: "a zone of another region",
      config: { zones: ["us-east-1a", "eu-west-1a"] },
      says: "eu-west-1a is no zone",
    },
    { what: "a zone twice", config: { zones: ["us-east-1a", "us-east-1a"] }, says: "a zone twice" },
  ];
  for (const { what, config, says } of bad) {
    it(`refuses ${what}`, () => {
      expect(check(config).problems?.join("\n")).to.include(says);
    });
  }

  for (const [nat, flowLogs, refused] of [
    ["none", false, []],
    ["instance", false, []],
    ["gateway", false, ["networking:nat gateway makes NAT gateways"]],
    ["gateway-per-zone", false, ["networking:nat gateway-per-zone makes NAT gateways"]],
    ["none", true, ["networking:flowLogs need a role of their own"]],
  ] as const) {
    it(`in a Learner Lab with nat ${nat} ${flowLogs ? "and" : "without"} flow logs is ${refused.length > 0 ? "refused" : "taken"}`, () => {
      const problems = check({ nat, flowLogs }, { "groundwork:learnerLab": "true" }).problems ?? [];
      expect(problems).to.have.length(refused.length);
      for (const [index, reason] of refused.entries()) expect(problems[index]).to.include(reason);
    });
  }

  it("names all problems of a config at once", () => {
    const zones = ["eu-west-1a", "us-east-1a"];
    const { problems } = check({ zones, privateCidrBlocks: ["10.1.2.0/24", "10.0.3.0/24"] });
    expect(problems?.join("\n"))
      .to.include("10.1.2.0/24 lies outside")
      .and.to.include("eu-west-1a is no zone");
  });
});

import { expect } from "chai";
import { firstBoot } from "../../../infra/linuxInstance";
import { chooseZones } from "../../../infra/network/zones";
import { rejection } from "../../support/rejection";
import { record } from "../../support/stacks";

const vpc = "awsx:ec2:Vpc";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";

describe("the networking stack", () => {
  it("lays out the VPC to the tutorial's numbers", async () => {
    const { only } = await record("networking");
    expect(only(vpc)).to.deep.include({
      cidrBlock: "10.0.0.0/16",
      enableDnsHostnames: true,
      availabilityZoneNames: ["us-east-1a", "us-east-1b"],
      subnetStrategy: "Auto",
    });
    expect(only(vpc).subnetSpecs).to.deep.equal([
      { type: "Public", name: "public", cidrBlocks: ["10.0.1.0/24", "10.0.4.0/24"] },
      { type: "Private", name: "private", cidrBlocks: ["10.0.2.0/24", "10.0.3.0/24"] },
    ]);
  });

  it("attaches the S3 gateway endpoint to the route tables", async () => {
    const { only } = await record("networking");
    expect(only(vpc).vpcEndpointStrategy).to.equal("Auto");
    expect(only(vpc).vpcEndpointSpecs).to.have.length(1);
    expect(only(vpc).vpcEndpointSpecs).to.have.nested.property(
      "[0].serviceName",
      "com.amazonaws.us-east-1.s3",
    );
  });

  it("reaches Lambda and Secrets Manager through endpoints in the private subnets, HTTPS from the VPC only", async () => {
    const { all, only, outputs } = await record("networking");
    expect(all(endpoint).map(({ inputs }) => inputs.serviceName)).to.have.members([
      "com.amazonaws.us-east-1.lambda",
      "com.amazonaws.us-east-1.secretsmanager",
    ]);
    for (const { inputs } of all(endpoint)) {
      expect(inputs).to.include({ vpcEndpointType: "Interface", privateDnsEnabled: true });
      expect(inputs.subnetIds).to.deep.equal(outputs.privateSubnetIds);
      expect(inputs.securityGroupIds).to.have.length(1);
      expect(inputs.vpcId).to.equal(outputs.vpcId);
    }
    const group = only("aws:ec2/securityGroup:SecurityGroup");
    expect(group.vpcId).to.equal(outputs.vpcId);
    expect(group).to.have.nested.property("tags.Name", "endpoints-sg");
    const rule = only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    expect([rule.securityGroupId]).to.deep.equal(all(endpoint)[0]?.inputs.securityGroupIds);
    expect(rule).to.include({
      cidrIpv4: "10.0.0.0/16",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
  });

  const natModes = [
    { nat: "none", strategy: "None", endpoints: 2 },
    { nat: "gateway", strategy: "Single", endpoints: 0 },
    { nat: "gateway-per-zone", strategy: "OnePerAz", endpoints: 0 },
    { nat: "instance", strategy: "None", endpoints: 0 },
  ];
  for (const { nat, strategy, endpoints } of natModes) {
    it(`with nat ${nat} makes awsx's ${strategy} and ${endpoints} interface endpoints`, async () => {
      const { only, all, outputs } = await record("networking", { config: { "networking:nat": nat } });
      expect(only(vpc).natGateways).to.deep.equal({ strategy });
      expect(all(endpoint)).to.have.length(endpoints);
      expect(outputs.natMode).to.equal(nat);
    });
  }

  describe("with a NAT instance", () => {
    const config = { "networking:nat": "instance" };

    it("forwards what the private subnets send, with IMDSv2, without SSH and source checks", async () => {
      const { only, all, outputs } = await record("networking", { config });
      const machine = only("aws:ec2/instance:Instance");
      expect(machine).to.include({ instanceType: "t4g.nano", sourceDestCheck: false });
      expect(machine.subnetId).to.equal((outputs.publicSubnetIds as string[])[0]);
      expect(machine).to.have.nested.property("tags.Name", "nat");
      const group = only("aws:ec2/securityGroup:SecurityGroup");
      expect(group.vpcId).to.equal(outputs.vpcId);
      expect(group).to.have.nested.property("tags.Name", "nat-sg");
      expect(machine).to.have.nested.property("metadataOptions.httpTokens", "required");
      expect(machine).to.not.have.property("keyName");
      const masquerade = (range: string): string =>
        `iptables -t nat -A POSTROUTING -s ${range} -o "$interface" -j MASQUERADE`;
      const script = firstBoot([
        "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-nat.conf",
        "sysctl -p /etc/sysctl.d/90-nat.conf",
        "until dnf install -y iptables-services; do sleep 5; done",
        "systemctl enable --now iptables",
        "interface=$(ip -o -4 route show default | awk '{ print $5; exit }')",
        masquerade("10.0.2.0/24"),
        masquerade("10.0.3.0/24"),
        "iptables -F FORWARD",
        "service iptables save",
      ]);
      expect(machine.userData).to.equal(script);
      expect(machine).to.include({ userDataReplaceOnChange: true });
      expect(machine).to.have.nested.property("maintenanceOptions.autoRecovery", "default");
      const rules = all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
      expect(rules.map(({ inputs }) => inputs.cidrIpv4)).to.have.members(["10.0.2.0/24", "10.0.3.0/24"]);
      const out = all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
      expect(out.map(({ inputs }) => inputs.cidrIpv4)).to.deep.equal(["0.0.0.0/0"]);
      for (const { inputs } of [...rules, ...out]) {
        expect([inputs.securityGroupId]).to.deep.equal(machine.vpcSecurityGroupIds);
        expect(inputs, "every protocol")
          .to.include({ ipProtocol: "-1" })
          .and.not.have.any.keys("fromPort", "toPort");
      }
    });

    it("is the default route of each private subnet", async () => {
      const { all, outputs } = await record("networking", { config });
      const routes = all("aws:ec2/route:Route").map(({ inputs }) => inputs);
      const tables = (outputs.privateSubnetIds as string[]).map((id) => id.replace("subnet-", "rtb-"));
      expect(routes.map(({ routeTableId }) => routeTableId)).to.have.members(tables);
      for (const route of routes) {
        expect(route.destinationCidrBlock).to.equal("0.0.0.0/0");
        expect(route.networkInterfaceId).to.match(/^eni-/);
      }
    });

    it("is rebooted when its status check fails, and started again when it was stopped", async () => {
      const { only } = await record("networking", { config });
      const alarm = only("aws:cloudwatch/metricAlarm:MetricAlarm");
      expect(alarm).to.deep.include({
        namespace: "AWS/EC2",
        metricName: "StatusCheckFailed_Instance",
        statistic: "Maximum",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: 1,
        period: 60,
        evaluationPeriods: 3,
        alarmActions: ["arn:aws:automate:us-east-1:ec2:reboot"],
      });
      const { InstanceId: machine } = alarm.dimensions as Record<string, string>;
      expect(machine).to.match(/^i-/);
      const schedule = only("aws:scheduler/schedule:Schedule");
      expect(schedule).to.deep.include({
        scheduleExpression: "rate(1 minute)",
        flexibleTimeWindow: { mode: "OFF" },
      });
      expect(schedule.target).to.deep.include({
        arn: "arn:aws:scheduler:::aws-sdk:ec2:startInstances",
        input: JSON.stringify({ InstanceIds: [machine] }),
        retryPolicy: { maximumRetryAttempts: 0 },
      });
      expect(schedule.target)
        .to.have.property("roleArn")
        .that.matches(/:role\/.*network-nat-start-/);
      const role = only("aws:iam/role:Role", "network-nat-start");
      expect(role.assumeRolePolicy).to.include('"Service":"scheduler.amazonaws.com"');
      const policy = String(only("aws:iam/rolePolicy:RolePolicy", "network-nat-start").policy);
      expect(policy).to.match(
        /"Action":\["ec2:StartInstances"\],"Resource":\["arn:aws:ec2:[^"]+instance\/i-/,
      );
    });
  });

  it("leaves the default security group without a rule", async () => {
    const { only, outputs } = await record("networking");
    const group = only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    expect(group.vpcId).to.equal(outputs.vpcId);
    expect(group).to.not.have.any.keys("ingress", "egress");
  });

  it("logs all traffic, with a role that may only write this log", async () => {
    const { only, outputs } = await record("networking");
    const flowLog = only("aws:ec2/flowLog:FlowLog");
    expect(flowLog).to.include({
      trafficType: "ALL",
      vpcId: outputs.vpcId,
      logDestinationType: "cloud-watch-logs",
    });
    expect(flowLog.logDestination).to.match(/:log-group:network-flow-logs-/);
    expect(flowLog.iamRoleArn).to.match(/:role\/.*network-flow-logs-/);
    expect(flowLog.tags).to.include({ Name: "network-flow-logs" });
    expect(only("aws:iam/role:Role").assumeRolePolicy).to.include('"Service":"vpc-flow-logs.amazonaws.com"');
    const policy = JSON.parse(String(only("aws:iam/rolePolicy:RolePolicy").policy)) as {
      Statement: { Resource: string[] }[];
    };
    const arn = policy.Statement[1]?.Resource[0];
    expect(arn).to.match(/:log-group:network-flow-logs-.*:\*$/);
    expect(policy.Statement).to.deep.equal([
      // It takes no name.
      { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: ["*"] },
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: [arn],
      },
    ]);
  });

  it("exports what the other stacks build on", async () => {
    const { outputs } = await record("networking");
    expect(outputs).to.include({ vpcCidrBlock: "10.0.0.0/16", natMode: "none" });
    expect(outputs.vpcId).to.match(/^vpc-/);
    expect(outputs.publicSubnetIds).to.have.length(2);
    expect(outputs.privateSubnetIds).to.have.length(2);
    expect(outputs.availabilityZones).to.deep.equal(["us-east-1a", "us-east-1b"]);
  });

  it("takes its zones by name where config names them", async () => {
    const { only, outputs } = await record("networking", {
      config: { "networking:zones": '["us-east-1c","us-east-1d"]' },
    });
    expect(only(vpc).availabilityZoneNames).to.deep.equal(["us-east-1c", "us-east-1d"]);
    expect(outputs.availabilityZones).to.deep.equal(["us-east-1c", "us-east-1d"]);
  });

  it("takes ordinary zones, and tells awsx which, where the account has opted in to a Local Zone", async () => {
    const { only, outputs } = await record("networking");
    expect(only(vpc).availabilityZoneNames).to.deep.equal(["us-east-1a", "us-east-1b"]);
    expect(only(vpc)).to.not.have.property("numberOfAvailabilityZones");
    expect(outputs.availabilityZones).to.deep.equal(["us-east-1a", "us-east-1b"]);
  });

  it("asks AWS for ordinary zones that are available, and for those of each endpoint that it needs", async () => {
    const { asked } = await record("networking");
    expect(asked("aws:index/getAvailabilityZones:getAvailabilityZones")).to.deep.equal([
      { state: "available", filters: [{ name: "zone-type", values: ["availability-zone"] }] },
    ]);
    expect(asked("aws:ec2/getVpcEndpointService:getVpcEndpointService")).to.have.deep.members(
      ["lambda", "secretsmanager"].map((service) => ({
        serviceName: `com.amazonaws.us-east-1.${service}`,
        serviceType: "Interface",
      })),
    );
  });

  it("says why a zone that config names can't be", async () => {
    const zones = '["us-east-1e","us-east-1f"]';
    expect(await rejection(record("networking", { config: { "networking:zones": zones } }))).to.equal(
      [
        "networking:zones:",
        "us-east-1e has no endpoint of lambda: name another",
        "us-east-1e has no endpoint of secretsmanager: name another",
        "us-east-1f is no ordinary zone of this account that is available: name another",
        "us-east-1f has no endpoint of lambda: name another",
        "us-east-1f has no endpoint of secretsmanager: name another",
      ].join("\n  - "),
    );
  });

  it("passes over zones without an endpoint that it needs, and says where too few are left", () => {
    const offered = {
      ordinary: ["r1a", "r1b", "r1c"],
      endpoints: { lambda: ["r1c", "r1b"], secretsmanager: ["r1b", "r1a", "r1c"] },
    };
    const plan = { region: "r1", zoneNames: undefined, zoneCount: 2 };
    expect(chooseZones(plan, offered)).to.deep.equal(["r1b", "r1c"]);
    expect(() => chooseZones({ ...plan, zoneCount: 3 }, offered)).to.throw(
      "r1 has 2 zone(s) with endpoints of lambda and secretsmanager (r1b, r1c), and the networks need 3",
    );
  });

  it("names every bad key of its config at once", async () => {
    const message = await rejection(
      record("networking", {
        config: {
          "networking:vpcCidrBlock": "10.0.0.0/33",
          "networking:nat": "router",
          "networking:vpcCdir": "10.0.0.0/16",
        },
      }),
    );
    expect(message).to.include("Pulumi.dev.yaml");
    expect(message).to.include("networking:vpcCidrBlock: must be an IPv4 range");
    expect(message).to.include("networking:nat");
    expect(message).to.include("networking:vpcCdir is not known; the keys are vpcCidrBlock");
  });

  it("says that the region is missing, and where to add it", async () => {
    const given = process.env.AWS_REGION;
    delete process.env.AWS_REGION;
    const message = await rejection(record("networking", { config: { "aws:region": undefined } }));
    if (given !== undefined) process.env.AWS_REGION = given;
    expect(message).to.equal(
      "Pulumi.dev.yaml: aws:region is missing: add it, for instance aws:region: us-east-1",
    );
  });
});

import { expect } from "chai";
import { firstBoot } from "../../../infra/linuxInstance";
import { rejection } from "../../support/rejection";
import { type Recorded, record } from "../../support/stacks";

const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const instance = "aws:ec2/instance:Instance";
const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBFHFQ0ZOqWf0QwVyJ0wBq1l9jvKJQhXq2m3kJmZkz5a me@laptop";

const ssh = {
  "database:bastion": "ssh",
  "database:bastionPublicKey": publicKey,
  "database:bastionSshCidrs": '["203.0.113.7/32","198.51.100.0/24"]',
};

const named = (rules: Recorded[], prefix: string) =>
  rules.filter(({ name }) => name.startsWith(prefix)).map(({ inputs }) => inputs);

describe("the bastion", () => {
  it("is the smallest current machine on Amazon Linux 2023, IMDSv2 only, encrypted, in a public subnet", async () => {
    const { only } = await record("database", { config: ssh });
    const inputs = only(instance, "ec2-proxy");
    expect(inputs).to.deep.include({
      instanceType: "t4g.nano",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { volumeType: "gp3", encrypted: true },
    });
    expect(inputs.ami).to.match(/^ami-/);
    const { outputs } = await record("networking");
    expect((outputs.publicSubnetIds as string[])[0]).to.equal(inputs.subnetId);
    expect(inputs).to.deep.include({
      userDataReplaceOnChange: true,
      userData: firstBoot(),
      associatePublicIpAddress: true,
    });
    expect(inputs.tags).to.include({ Name: "ec2-proxy" });
    const { name, vpcId, tags } = only("aws:ec2/securityGroup:SecurityGroup", "ec2-proxy-sg");
    expect({ name, vpcId }).to.deep.equal({ name: "proxy-ec2-sg", vpcId: outputs.vpcId });
    expect(tags).to.include({ Name: "proxy-ec2-sg" });
  });

  it("isn't asked to be optimized for EBS where its type can't be", async () => {
    const { only } = await record("database", { config: { "database:bastionInstanceType": "t2.micro" } });
    expect(only(instance)).to.not.have.property("ebsOptimized");
    expect((await record("database")).only(instance).ebsOptimized).to.equal(true);
  });

  it("with ssh takes connections from the named addresses alone, and reaches the database and updates alone", async () => {
    const { all, only, asked, outputs } = await record("database", { config: ssh });
    const [group] = only(instance).vpcSecurityGroupIds as string[];
    const own = (type: string) => all(type).filter(({ inputs }) => inputs.securityGroupId === group);
    const rules = own(ingress).map(({ inputs }) => inputs);
    expect(rules.map(({ cidrIpv4 }) => cidrIpv4)).to.deep.equal(["203.0.113.7/32", "198.51.100.0/24"]);
    for (const rule of rules) expect(rule).to.include({ ipProtocol: "tcp", fromPort: 22, toPort: 22 });
    const out = (name: string) => own(egress).find((rule) => rule.name === `ec2-proxy-to-${name}`)?.inputs;
    expect(own(egress)).to.have.length(2);
    expect(out("updates")).to.include({
      prefixListId: "pl-63a5400a",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
    expect(asked("aws:ec2/getPrefixList:getPrefixList")).to.deep.equal([
      { name: "com.amazonaws.us-east-1.s3" },
    ]);
    expect(out("database")).to.include({
      referencedSecurityGroupId: outputs.securityGroupId,
      fromPort: 5432,
      toPort: 5432,
      ipProtocol: "tcp",
    });
    expect(named(all(ingress), "ec2-proxy-into-database")).to.have.length(1);
    expect(named(all(ingress), "ec2-proxy-into-database")[0]).to.include({
      securityGroupId: outputs.securityGroupId,
      referencedSecurityGroupId: group,
      fromPort: 5432,
    });
    expect(only(instance)).to.not.have.property("iamInstanceProfile");
  });

  it("with ssh has a key pair of the given public key, and an address that survives a stop", async () => {
    const { only, outputs } = await record("database", { config: ssh });
    expect(only("aws:ec2/keyPair:KeyPair")).to.include({ keyName: "ec2-proxy", publicKey });
    expect(only(instance).keyName).to.equal("ec2-proxy");
    const { tags, ...address } = only("aws:ec2/eip:Eip");
    expect(address).to.deep.equal({ domain: "vpc", instance: outputs.bastionInstanceId });
    expect(tags).to.include({ Name: "ec2-proxy" });
    expect(outputs).to.include({ bastionMode: "ssh", bastionHost: "198.51.100.11" });
  });

  it("with ssh takes an existing key pair by its name", async () => {
    const { all, only } = await record("database", {
      config: { ...ssh, "database:bastionPublicKey": undefined, "database:bastionKeyName": "vockey" },
    });
    expect(all("aws:ec2/keyPair:KeyPair")).to.be.empty;
    expect(only(instance).keyName).to.equal("vockey");
  });

  it("with ssm opens no port at all, needs no key, and may talk to Session Manager", async () => {
    const { all, only } = await record("database", { config: { "database:bastion": "ssm" } });
    const [group] = only(instance).vpcSecurityGroupIds as string[];
    expect(all(ingress).filter(({ inputs }) => inputs.securityGroupId === group)).to.be.empty;
    const out = all(egress).filter(({ inputs }) => inputs.securityGroupId === group);
    expect(out.map(({ name }) => name)).to.have.members([
      "ec2-proxy-to-database",
      "ec2-proxy-to-session-manager",
    ]);
    expect(named(out, "ec2-proxy-to-session-manager")[0]).to.include({
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
    expect(only(instance)).to.not.have.property("keyName");
    expect(only(instance).iamInstanceProfile).to.be.a("string");
    const { policy, role } = only("aws:iam/rolePolicy:RolePolicy", "ec2-proxy");
    expect(only("aws:iam/instanceProfile:InstanceProfile").role).to.equal(role);
    const { Statement } = JSON.parse(String(policy)) as { Statement: { Action: string[] }[] };
    expect(Statement.flatMap(({ Action }) => Action)).to.deep.equal([
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]);
    expect(only("aws:iam/role:Role", "ec2-proxy").assumeRolePolicy).to.include('"ec2.amazonaws.com"');
  });

  it("with none leaves no machine and no rule behind", async () => {
    const { all, outputs } = await record("database", { config: { "database:bastion": "none" } });
    expect(all(instance)).to.be.empty;
    expect([...all(ingress), ...all(egress)].filter(({ name }) => name.startsWith("bastion"))).to.be.empty;
    expect(outputs).to.include({ bastionMode: "none", bastionHost: "none", bastionInstanceId: "none" });
  });

  const bad = [
    {
      what: "SSH from everywhere",
      config: { "database:bastionSshCidrs": '["0.0.0.0/0"]' },
      says: "0.0.0.0/0 opens SSH to the whole internet or much of it: name your own addresses",
    },
    {
      what: "SSH from half of everywhere",
      config: { "database:bastionSshCidrs": '["128.0.0.0/1"]' },
      says: "128.0.0.0/1",
    },
    {
      what: "ssh without an address",
      config: { "database:bastionSshCidrs": "[]" },
      says: "database:bastionSshCidrs",
    },
    { what: "ssh without a key", config: { "database:bastionPublicKey": undefined }, says: "needs one key" },
    { what: "ssh with two keys", config: { "database:bastionKeyName": "mine" }, says: "not both" },
    {
      what: "a private key",
      config: { "database:bastionPublicKey": "-----BEGIN" },
      says: "an OpenSSH public key",
    },
    {
      what: "a range that begins nowhere",
      config: { "database:bastionSshCidrs": '["203.0.113.7/24"]' },
      says: "write 203.0.113.0/24",
    },
    {
      what: "an address twice",
      config: { "database:bastionSshCidrs": '["203.0.113.0/24","203.0.113.7/32"]' },
      says: "overlaps 203.0.113.0/24",
    },
  ];
  for (const { what, config, says } of bad) {
    it(`refuses ${what}`, async () => {
      expect(await rejection(record("database", { config: { ...ssh, ...config } }))).to.include(says);
    });
  }
});

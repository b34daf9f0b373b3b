import { expect } from "chai";
import { rejection } from "../../support/rejection";
import { record, recordAll } from "../../support/stacks";

const stack = "learnerlab";

describe("the environment learnerlab", () => {
  it("makes no role and no policy, and gives functions the lab's", async function () {
    this.timeout(120_000);
    const recordings = [...(await recordAll(stack)).values()];
    const resources = recordings.flatMap((recording) => recording.resources);
    expect(resources.filter(({ type }) => type.startsWith("aws:iam/"))).to.be.empty;
    const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
    expect(functions).to.not.be.empty;
    for (const { inputs } of functions) expect(inputs.role).to.match(/:role\/LabRole$/);
  });

  it("gives the bastion the lab's instance profile", async () => {
    const { only } = await record("database", { stack });
    expect(only("aws:ec2/instance:Instance").iamInstanceProfile).to.equal("LabInstanceProfile");
  });

  const forbidden = [
    { project: "networking", key: "aws:region", value: "eu-west-1", says: "use us-east-1 or us-west-2" },
    { project: "auth", key: "aws:region", value: "eu-west-1", says: "use us-east-1 or us-west-2" },
    { project: "networking", key: "networking:nat", value: "gateway", says: "use instance or none" },
    { project: "networking", key: "networking:nat", value: "gateway-per-zone", says: "use instance or none" },
    { project: "networking", key: "networking:flowLogs", value: "true", says: "set it to false" },
    { project: "database", key: "database:instanceClass", value: "db.m7g.large", says: "db.t3.micro" },
    { project: "database", key: "database:storageType", value: "gp3", says: "use gp2" },
    { project: "database", key: "database:monitoringInterval", value: "60", says: "set it to 0" },
    { project: "database", key: "database:multiAz", value: "true", says: "set it to false" },
    { project: "database", key: "database:maxAllocatedStorage", value: "500", says: "100 at most" },
    { project: "ingest", key: "ingest:maxConcurrency", value: "5", says: "take the key out" },
  ];
  const ssh = { "database:bastion": "ssh", "database:bastionSshCidrs": '["203.0.113.7/32"]' };

  const withKey = (key: string, value: string) =>
    record("database", { stack, config: { ...ssh, [`database:${key}`]: value } });

  it("gives a bastion for SSH the lab's key pair", async () => {
    const { only } = await withKey("bastionKeyName", "vockey");
    expect(only("aws:ec2/instance:Instance").keyName).to.equal("vockey");
  });

  for (const { key, value } of [
    { key: "bastionKeyName", value: "mine" },
    { key: "bastionPublicKey", value: "ssh-ed25519 AAAA" },
  ]) {
    it(`fails in preview for another key pair by ${key}`, async () => {
      expect(await rejection(withKey(key, value)))
        .to.include(`database:${key}: its machines take the lab's own key pair`)
        .and.to.match(/set database:bastionKeyName to vockey, and no database:bastionPublicKey$/m);
    });
  }

  for (const { project, key, value, says } of forbidden) {
    it(`fails in preview for ${key} ${value} of ${project}`, async () => {
      const message = await rejection(record(project, { stack, config: { [key]: value } }));
      expect(message).to.include("Learner Lab would refuse").and.to.include(key).and.to.include(says);
    });
  }
});

import { expect } from "chai";
import { record } from "../../support/stacks";

describe("the secrets of PostgreSQL's roles", () => {
  it("are the schema function's to fill, and the master user's to read", async () => {
    const { only, outputs } = await record("database");
    const { Statement } = JSON.parse(String(only("aws:iam/rolePolicy:RolePolicy", "schema").policy)) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    const secrets = Statement.filter(({ Action }) => Action.some((a) => a.startsWith("secretsmanager:")));
    expect(secrets).to.deep.equal([
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [outputs.secretArn] },
      {
        Effect: "Allow",
        Action: [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ],
        Resource: [outputs.ingestSecretArn, outputs.readerSecretArn],
      },
    ]);
    expect(new Set([outputs.ingestSecretArn, outputs.readerSecretArn, outputs.secretArn]).size).to.equal(3);
  });

  it("are made without a value: none is in the program or its state", async () => {
    const { all } = await record("database");
    const secrets = all("aws:secretsmanager/secret:Secret");
    expect(secrets.map(({ name, inputs }) => [name, inputs.recoveryWindowInDays])).to.deep.equal([
      ["ingest", 0],
      ["reader", 0],
    ]);
    expect(all("aws:secretsmanager/secretVersion:SecretVersion")).to.be.empty;
  });

  it("can be brought back for 30 days where the database is protected", async () => {
    const { all } = await record("database", { stack: "prod" });
    const secrets = all("aws:secretsmanager/secret:Secret");
    expect(secrets.map(({ inputs }) => inputs.recoveryWindowInDays)).to.deep.equal([30, 30]);
    expect(secrets.map(({ inputs }) => inputs.namePrefix)).to.deep.equal(["prod-ingest-", "prod-reader-"]);
  });

  for (const [project, own, other] of [
    ["ingest", "ingestSecretArn", "readerSecretArn"],
    ["auth", "readerSecretArn", "ingestSecretArn"],
  ] as const) {
    it(`are read by functions of ${project} alone: ${own}`, async () => {
      const { resources } = await record(project);
      const { outputs } = await record("database");
      const text = JSON.stringify(resources);
      expect(text).to.include(String(outputs[own]));
      expect(text).to.not.include(String(outputs.secretArn)).and.not.include(String(outputs[other]));
    });
  }

  it("rotate more often than Lambda lets an unused function sleep", async () => {
    const { only, all, outputs } = await record("database");
    const rotations = all("aws:secretsmanager/secretRotation:SecretRotation").map(({ inputs }) => inputs);
    expect(rotations.map(({ secretId }) => secretId)).to.deep.equal([
      outputs.ingestSecretArn,
      outputs.readerSecretArn,
    ]);
    for (const rotation of rotations) {
      expect(rotation).to.deep.include({
        rotationRules: { automaticallyAfterDays: 7 },
        rotateImmediately: false,
      });
    }
    expect(only("aws:lambda/permission:Permission", "schema-rotation")).to.include({
      principal: "secretsmanager.amazonaws.com",
      sourceAccount: "123456789012",
    });
  });
});

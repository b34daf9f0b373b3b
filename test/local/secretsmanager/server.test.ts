import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { type LocalSecrets, startSecrets } from "../../../local/secretsmanager/server";
import { clientConfig, useSession } from "../../support/lambda";
import { errorOf } from "../../support/rejection";
import { signedFetch } from "../../support/signed";

const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1-AbCdEf";

describe("Secrets Manager on this machine", () => {
  const session = useSession();
  let secrets: LocalSecrets;
  let client: SecretsManagerClient;

  before(async () => {
    secrets = await startSecrets(session());
    client = new SecretsManagerClient(clientConfig(secrets.url, session()));
  });

  after(() => client.destroy());

  const get = (SecretId: string, more = {}) => client.send(new GetSecretValueCommand({ SecretId, ...more }));

  it("finds a secret by its ARN, by the ARN without its random end, and by name", async () => {
    secrets.put(arn, "one");
    for (const id of [arn, arn.slice(0, -7), "rds!db-1"]) {
      expect((await get(id)).SecretString).to.equal("one");
      expect(secrets.get(id)).to.equal("one");
    }
    expect(await get(arn)).to.include({ ARN: arn, Name: "rds!db-1" });
  });

  it("keeps the value before the last, and leaves it in force beside a pending one", async () => {
    secrets.put(arn, "old");
    secrets.put(arn, "new");
    const pending = { SecretId: arn, SecretString: "next", VersionStages: ["AWSPENDING"] };
    const { VersionId } = await client.send(new PutSecretValueCommand(pending));
    expect((await get(arn)).SecretString).to.equal("new");
    expect((await get(arn, { VersionStage: "AWSPREVIOUS" })).SecretString).to.equal("old");
    expect((await get(arn, { VersionStage: "AWSPENDING" })).SecretString).to.equal("next");
    expect((await get(arn, { VersionId })).SecretString).to.equal("next");
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: arn }));
    expect(Object.values(VersionIdsToStages ?? {}).flat()).to.have.members([
      "AWSCURRENT",
      "AWSPREVIOUS",
      "AWSPENDING",
    ]);
  });

  it("creates a secret once", async () => {
    const command = () => new CreateSecretCommand({ Name: "team/key", SecretString: "value" });
    const { ARN } = await client.send(command());
    expect(ARN).to.match(/:secret:team\/key-[0-9a-f]{6}$/);
    expect((await get("team/key")).SecretString).to.equal("value");
    expect((await errorOf(client.send(command()))).name).to.equal("ResourceExistsException");
  });

  it("says what is missing, as AWS does", async () => {
    const missing = await errorOf(get("nothing"));
    expect(missing.name).to.equal("ResourceNotFoundException");
    expect(missing.message).to.equal("Secrets Manager can't find the specified secret.");
    secrets.put(arn, "value");
    const stage = await errorOf(get(arn, { VersionStage: "OTHER" }));
    expect(stage.name).to.equal("ResourceNotFoundException");
    expect(secrets.get("nothing")).to.equal(undefined);
  });

  it("refuses unsigned requests, unknown operations and input that is not JSON", async () => {
    const { url } = secrets;
    const send = async (target: string, body: string) => {
      const headers = { "x-amz-target": `secretsmanager.${target}` };
      return (await signedFetch(session().credentials, "secretsmanager", url, { headers, body })).text();
    };
    const unsigned = await fetch(url, { method: "POST" });
    expect([unsigned.status, await unsigned.json()]).to.deep.equal([
      400,
      { __type: "MissingAuthenticationTokenException", message: "The request is not signed." },
    ]);
    expect(await send("Rotate", "{}")).to.include("UnknownOperationException");
    expect(await send("toString", "{}")).to.include("UnknownOperationException");
    expect(await send("GetSecretValue", "{")).to.include("SerializationException");
    expect(await send("GetSecretValue", "{}")).to.include("SecretId");
  });
});

import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Session } from "../session";
import { AwsError } from "../http";
import { listenJson, operation } from "../jsonService";

interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly created: Date;
  stages: string[];
}

interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly created: Date;
  readonly versions: SecretVersion[];
}

const secretId = z.string().min(1);
const getSchema = z.object({
  SecretId: secretId,
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
});
const putSchema = z.object({
  SecretId: secretId,
  SecretString: z.string(),
  ClientRequestToken: z.string().optional(),
  VersionStages: z.array(z.string()).optional(),
});
const moveSchema = z.object({
  SecretId: secretId,
  VersionStage: z.string(),
  MoveToVersionId: z.string(),
  RemoveFromVersionId: z.string().optional(),
});
const describeSchema = z.object({ SecretId: secretId });
const createSchema = z.object({ Name: z.string().min(1), SecretString: z.string().optional() });

/** What Secrets Manager's API offers to those who read secrets and those who rotate them. */
export class LocalSecrets {
  /** The service's endpoint; "" until it listens. */
  url = "";
  /** Awaited before each secret is read: it may take a while, or throw the AwsError with which that is refused. */
  fault: (() => Promise<void>) | undefined;
  private readonly secrets = new Map<string, Secret>();

  constructor(private readonly arnPrefix: string) {}

  /**
   * Stores a secret's value under its ARN, as a new version, and creates the secret where it is new.
   * @param stages what the version is labelled with; AWSPENDING leaves the current value in force
   * @returns the version's id
   */
  put(
    arn: string,
    value: string,
    stages: readonly string[] = ["AWSCURRENT"],
    id: string = randomUUID(),
  ): string {
    const secret = this.secrets.get(arn) ?? this.add(arn);
    const version = { id, value, created: new Date(), stages: [] };
    secret.versions.push(version);
    for (const stage of stages) moveStage(secret, stage, version);
    return version.id;
  }

  /** The value in force, of a secret named by its ARN or its name; undefined where there is none. */
  get(id: string): string | undefined {
    const secret = this.lookUp(id);
    return secret?.versions.find((version) => version.stages.includes("AWSCURRENT"))?.value;
  }

  /** The API's operations, by the names that clients send. */
  operations() {
    return {
      GetSecretValue: operation(getSchema, async (input) => {
        await this.fault?.();
        return this.getSecretValue(input);
      }),
      PutSecretValue: operation(putSchema, (input) => this.putSecretValue(input)),
      UpdateSecretVersionStage: operation(moveSchema, (input) => this.moveStage(input)),
      DescribeSecret: operation(describeSchema, (input) => this.describe(this.find(input.SecretId))),
      CreateSecret: operation(createSchema, (input) => this.create(input)),
    };
  }

  /** Makes a secret without a value, as a program declares it. */
  declare(arn: string, name: string): void {
    this.secrets.set(arn, { arn, name, created: new Date(), versions: [] });
  }

  private add(arn: string): Secret {
    const secret: Secret = { arn, name: nameOf(arn), created: new Date(), versions: [] };
    this.secrets.set(arn, secret);
    return secret;
  }

  private lookUp(id: string): Secret | undefined {
    return (
      this.secrets.get(id) ??
      [...this.secrets.values()].find((secret) => secret.name === id || secret.arn.slice(0, -7) === id)
    );
  }

  private find(id: string): Secret {
    const secret = this.lookUp(id);
    if (!secret) throw notFound("Secrets Manager can't find the specified secret.");
    return secret;
  }

  private getSecretValue({ SecretId, VersionId, VersionStage }: z.infer<typeof getSchema>) {
    const secret = this.find(SecretId);
    const stage = VersionStage ?? (VersionId === undefined ? "AWSCURRENT" : undefined);
    const version = secret.versions.find(
      ({ id, stages }) =>
        (VersionId === undefined || id === VersionId) && (stage === undefined || stages.includes(stage)),
    );
    if (!version) {
      const wanted = stage === undefined ? `VersionId: ${VersionId}` : `staging label: ${stage}`;
      throw notFound(`Secrets Manager can't find the specified secret value for ${wanted}`);
    }
    return {
      ...identity(secret, version),
      SecretString: version.value,
      CreatedDate: seconds(version.created),
    };
  }

  private moveStage({ SecretId, VersionStage, ...move }: z.infer<typeof moveSchema>) {
    const secret = this.find(SecretId);
    const versionOf = (id?: string) => secret.versions.find((version) => version.id === id);
    const [to, from] = [versionOf(move.MoveToVersionId), versionOf(move.RemoveFromVersionId)];
    if (!to) throw notFound("Secrets Manager can't find the specified secret version.");
    const holder = secret.versions.find(({ stages }) => stages.includes(VersionStage));
    if (holder && holder !== from) {
      const message = `The parameter RemoveFromVersionId can't be empty. Staging label ${VersionStage} is currently attached to version ${holder.id}.`;
      throw new AwsError("InvalidParameterException", 400, message);
    }
    moveStage(secret, VersionStage, to);
    return { ARN: secret.arn, Name: secret.name };
  }

  private putSecretValue({
    SecretId,
    SecretString,
    VersionStages,
    ClientRequestToken,
  }: z.infer<typeof putSchema>) {
    const secret = this.find(SecretId);
    const id = this.put(secret.arn, SecretString, VersionStages, ClientRequestToken);
    return identity(
      secret,
      secret.versions.find((version) => version.id === id),
    );
  }

  private describe(secret: Secret) {
    const stages = secret.versions.filter((version) => version.stages.length > 0);
    return {
      ARN: secret.arn,
      Name: secret.name,
      CreatedDate: seconds(secret.created),
      VersionIdsToStages: Object.fromEntries(stages.map((version) => [version.id, version.stages])),
    };
  }

  private create({ Name, SecretString }: z.infer<typeof createSchema>) {
    if (this.lookUp(Name)) {
      throw new AwsError("ResourceExistsException", 400, `A secret named ${Name} already exists.`);
    }
    // AWS ends a secret's ARN with six random characters, so that a re-created secret has another one.
    const secret = this.add(`${this.arnPrefix}${Name}-${randomUUID().slice(0, 6)}`);
    if (SecretString !== undefined) this.put(secret.arn, SecretString);
    return identity(secret, secret.versions[0]);
  }
}

/**
 * Starts a Secrets Manager endpoint on this machine; values are held in memory only.
 * @param region and account: what the ARNs of secrets created through the API are made of
 */
export async function startSecrets(
  session: Session,
  { region = "us-east-1", account = "123456789012" } = {},
): Promise<LocalSecrets> {
  const secrets = new LocalSecrets(`arn:aws:secretsmanager:${region}:${account}:secret:`);
  secrets.url = await listenJson(session, "secretsmanager", secrets.operations());
  return secrets;
}

/** A stage stands on one version at a time; the version that was current becomes the previous one. */
function moveStage(secret: Secret, stage: string, to: SecretVersion): void {
  const from = secret.versions.find((version) => version.stages.includes(stage));
  if (from) from.stages = from.stages.filter((other) => other !== stage);
  to.stages.push(stage);
  if (from && stage === "AWSCURRENT") moveStage(secret, "AWSPREVIOUS", from);
}

function nameOf(arn: string): string {
  const resource = arn.split(":secret:")[1] ?? arn;
  return resource.replace(/-[A-Za-z0-9]{6}$/, "");
}

function identity(secret: Secret, version: SecretVersion | undefined) {
  return { ARN: secret.arn, Name: secret.name, VersionId: version?.id, VersionStages: version?.stages };
}

/** The protocol's dates: seconds since 1970. */
function seconds(date: Date): number {
  return date.getTime() / 1000;
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", 400, message);
}

import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { connect, connectAs } from "../shared/database";
import { ingestLogins } from "../shared/ingestLogins";
import { loginIn, newLogin, setPassword } from "./role";
import { limitConnections } from "./roleLimit";

/** What Secrets Manager calls a rotation function with, four times, one step after the other. */
export interface RotationStep {
  readonly Step: string;
  readonly SecretId: string;
  /** The id of the version that the rotation makes. */
  readonly ClientRequestToken: string;
}

/**
 * Carries out a step of a rotation, each as often as it is called. Two roles take turns: who signed in with the last
 * password may do so until the next rotation, so that a load never meets a password that is gone.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets_strategies.html
 *
 * @throws Error for a secret that isn't `ownSecret`, an unknown step, and what pg and the SDK throw.
 */
export async function rotate(step: RotationStep, ownSecret: string): Promise<void> {
  const { SecretId, ClientRequestToken: VersionId } = step;
  if (SecretId !== ownSecret)
    throw new Error(`${SecretId} is not the secret that this function rotates: ${ownSecret}`);
  const secrets = new SecretsManagerClient({});
  const valueOf = async (version: {
    VersionId?: string;
    VersionStage: string;
  }): Promise<string | undefined> =>
    (await secrets.send(new GetSecretValueCommand({ SecretId, ...version }))).SecretString;
  const pending = async () => loginIn(await valueOf({ VersionId, VersionStage: "AWSPENDING" }), SecretId);
  try {
    switch (step.Step) {
      case "createSecret": {
        const made = await valueOf({ VersionId, VersionStage: "AWSPENDING" }).catch((error: Error) => {
          if (error.name !== "ResourceNotFoundException") throw error;
          return undefined;
        });
        if (made !== undefined) return;
        const { username } = loginIn(await valueOf({ VersionStage: "AWSCURRENT" }), SecretId);
        const next = newLogin(username === ingestLogins[0] ? ingestLogins[1] : ingestLogins[0]);
        await secrets.send(
          new PutSecretValueCommand({
            SecretId,
            ClientRequestToken: VersionId,
            SecretString: JSON.stringify(next),
            VersionStages: ["AWSPENDING"],
          }),
        );
        return;
      }
      case "setSecret": {
        const client = await connect();
        try {
          await setPassword(client, await pending());
          // RDS changes the server's class in a maintenance window, and with it what the server has.
          await limitConnections(client);
        } finally {
          await client.end();
        }
        return;
      }
      case "testSecret": {
        const client = await connectAs(await pending());
        await client.end();
        return;
      }
      case "finishSecret": {
        const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
        const current = Object.keys(VersionIdsToStages).find((id) =>
          VersionIdsToStages[id]?.includes("AWSCURRENT"),
        );
        if (current === VersionId) return;
        await secrets.send(
          new UpdateSecretVersionStageCommand({
            SecretId,
            VersionStage: "AWSCURRENT",
            MoveToVersionId: VersionId,
            RemoveFromVersionId: current,
          }),
        );
        return;
      }
      default:
        throw new Error(`A rotation has no step ${step.Step}`);
    }
  } finally {
    secrets.destroy();
  }
}

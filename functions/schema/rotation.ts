import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { connect, connectAs } from "../shared/database";
import type { Logins } from "../shared/logins";
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
 * @param own by ARN, those that this function rotates, with the logins that each is for.
 * @throws Error for another secret, an unknown step, and what pg and the SDK throw.
 */
export async function rotate(step: RotationStep, own: Readonly<Record<string, Logins>>): Promise<void> {
  const { SecretId, ClientRequestToken: VersionId } = step;
  const logins = own[SecretId];
  if (!logins)
    throw new Error(`${SecretId} is no secret that this function rotates: ${Object.keys(own).join(", ")}`);
  const secrets = new SecretsManagerClient({});
  const valueOf = async (version: {
    VersionId?: string;
    VersionStage: string;
  }): Promise<string | undefined> =>
    (await secrets.send(new GetSecretValueCommand({ SecretId, ...version }))).SecretString;
  const pending = async () =>
    loginIn(await valueOf({ VersionId, VersionStage: "AWSPENDING" }), SecretId, logins);
  try {
    switch (step.Step) {
      case "createSecret": {
        const made = await valueOf({ VersionId, VersionStage: "AWSPENDING" }).catch((error: Error) => {
          if (error.name !== "ResourceNotFoundException") throw error;
          return undefined;
        });
        if (made !== undefined) return;
        const { username } = loginIn(await valueOf({ VersionStage: "AWSCURRENT" }), SecretId, logins);
        const next = newLogin(username === logins[0] ? logins[1] : logins[0]);
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

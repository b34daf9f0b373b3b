import { GroundworkError } from "../../infra/error";
import { stackOutputs, textOutput } from "../shared/stackOutputs";

/** Where a tunnel leads, as the database stack's outputs say it. */
export interface Target {
  readonly stack: string;
  readonly mode: "ssh" | "ssm";
  readonly bastionHost: string;
  readonly instanceId: string;
  readonly database: { readonly host: string; readonly port: number; readonly name: string };
  /** Of the master user's secret. */
  readonly secretArn: string;
}

/** @throws GroundworkError where the stack isn't deployed, is older than its bastion, or has none */
export async function findTarget(stack: string): Promise<Target> {
  const outputs = await stackOutputs(stack, "database");
  const text = (name: string): string => textOutput(outputs, "database", name, stack);
  const mode = text("bastionMode");
  if (mode !== "ssh" && mode !== "ssm") {
    throw new GroundworkError(
      `The environment ${stack} has no bastion: set database:bastion to ssm or ssh in Pulumi.${stack}.yaml and deploy`,
    );
  }
  return {
    stack,
    mode,
    bastionHost: text("bastionHost"),
    instanceId: text("bastionInstanceId"),
    database: { host: text("endpoint"), port: Number(outputs.port), name: text("databaseName") },
    secretArn: text("secretArn"),
  };
}

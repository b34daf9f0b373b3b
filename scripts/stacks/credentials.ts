import type { STSClientConfig } from "@aws-sdk/client-sts";
import { GroundworkError } from "../../infra/error";
import { explain } from "../shared/explain";

/** What of an environment's config says whose the credentials have to be. */
type AwsConfig = Readonly<Record<string, string>>;

/**
 * Asks AWS whose the credentials are, before anything is touched with them.
 *
 * @returns the sentence about credentials that aren't there at all; undefined where they are in order, or where the
 *   environment's config says that they can't be checked from here (an emulator, another role to take on)
 * @throws GroundworkError for a session that has expired, and for an account or a region that isn't the environment's
 */
export async function checkCredentials(stack: string, config: AwsConfig): Promise<string | undefined> {
  if (config["aws:skipCredentialsValidation"] === "true" || "aws:assumeRoles" in config) return undefined;
  let account: string;
  try {
    account = await callerAccount(config);
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    const said = [code, name, message].join(": ");
    const failed = { project: "groundwork", stack };
    if (said.includes("Could not load credentials from any providers")) return explain(said, failed);
    throw new GroundworkError(
      explain(said, failed) ?? `AWS didn't say whose these credentials are: ${said}: try again`,
    );
  }
  const problem = accountProblem(stack, account, config);
  if (problem !== undefined) throw new GroundworkError(problem);
  return undefined;
}

async function callerAccount(config: AwsConfig): Promise<string> {
  // Loaded here: commands that fail before, or only print their help, don't wait for the SDK.
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const region = config["aws:region"];
  const profile = config["aws:profile"];
  const options: STSClientConfig = {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    maxAttempts: 2,
  };
  const client = new STSClient(options);
  try {
    const { Account = "" } = await client.send(new GetCallerIdentityCommand({}));
    return Account;
  } finally {
    client.destroy();
  }
}

/** Whether an account is one that the environment may be in: a sentence if it isn't. */
function accountProblem(stack: string, account: string, config: AwsConfig): string | undefined {
  const allowed = accountsOf(config["aws:allowedAccountIds"]);
  const forbidden = accountsOf(config["aws:forbiddenAccountIds"]);
  if ((allowed.length === 0 || allowed.includes(account)) && !forbidden.includes(account)) return undefined;
  const rule =
    allowed.length > 0
      ? `aws:allowedAccountIds names ${allowed.join(", ")}`
      : "aws:forbiddenAccountIds names it";
  return (
    `these AWS credentials are of account ${account}, where ${stack} may not be: ${rule} in ` +
    `Pulumi.${stack}.yaml. Choose the profile of the right one with AWS_PROFILE`
  );
}

/** A list, which YAML hands on as JSON. A number would have lost its leading zeros: only texts count. */
function accountsOf(text: string | undefined): string[] {
  return text === undefined ? [] : (JSON.parse(text) as unknown[]).map(String);
}

import type { RunningEnvironment } from "../../local/runningEnvironment";
import { inQuotes } from "../shared/shellLine";
import { misleading } from "../shared/stackOutputs";

/** Lines for a shell, after which AWS's SDKs and CLI, psql and the cognito command work on the environment. */
export function shellVariables({ environment, databaseUrl, outputs }: RunningEnvironment): string {
  const { userPoolId, userPoolClientId, issuer, apiUrl } = outputs.auth ?? {};
  const variables = {
    ...environment,
    DATABASE_URL: databaseUrl,
    API_URL: apiUrl,
    COGNITO_ISSUER: issuer,
    COGNITO_USER_POOL_ID: userPoolId,
    COGNITO_CLIENT_ID: userPoolClientId,
  };
  const exports = Object.entries(variables).map(
    ([name, value]) => `export ${name}=${inQuotes(String(value))}\n`,
  );
  return `unset ${misleading.join(" ")}\n${exports.join("")}`;
}

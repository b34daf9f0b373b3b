import { sign } from "node:crypto";
import privateKey from "cognito-local/lib/keys/cognitoLocal.private.json";

/** The key id of every token of this machine. The key is part of cognito-local's package, and so is public. */
export const localKeyId = "CognitoLocal";

/** The same token with some claims changed, signed anew. */
export function signAgain(token: string, changes: Readonly<Record<string, unknown>>): string {
  const [header = "", payload = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as object;
  const signed = `${header}.${Buffer.from(JSON.stringify({ ...claims, ...changes })).toString("base64url")}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey.pem).toString("base64url")}`;
}

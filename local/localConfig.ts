import * as z from "zod";
import { namespaceOf, parseConfig } from "../infra/configParse";
import { GroundworkError } from "../infra/error";

const port = z.int().min(1024).max(65_535).optional();

/** The keys under `local:`, which only the environment on this machine reads; all but `users` only where it stays up. */
const keys = {
  /** The port of Cognito's API and hosted UI, and so of the issuer. Unset: a free one each run. */
  cognitoPort: port,
  /** The port of the API. Unset: a free one each run. */
  apiPort: port,
  /** A YAML or JSON file of users and groups that are made at the start. */
  users: z.string().optional(),
  /** Whether users, groups, sign-ins and the key that signs tokens are those of the last run. */
  keepUsers: z.boolean().default(false),
};

export type LocalConfig = z.output<z.ZodObject<typeof keys>>;

/** @throws GroundworkError with every key that is wrong or unknown */
export function readLocalConfig(stack: string, texts: Readonly<Record<string, string>>): LocalConfig {
  const parsed = parseConfig("local", keys, namespaceOf("local", texts));
  if (parsed.problems) throw GroundworkError.all(`Pulumi.${stack}.yaml`, parsed.problems);
  return parsed.data;
}

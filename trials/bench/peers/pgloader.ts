import { writeFileSync } from "node:fs";
import * as path from "node:path";
import type { LocalDatabase } from "../../../local/services";
import records from "../../../tables/records";
import type { Peer } from "./peer";
import { columns, runProgram, versionIn } from "./program";

/** pgloader with a command file, pgloader.readthedocs.io/en/latest/ref/csv.html. */
export const pgloader: Peer = {
  key: "pgloader",
  name: "pgloader",
  ready: async ({ database }) => ({
    version: versionIn(await runProgram("pgloader", ["--version"])),
    load: async (file) => {
      const folder = path.dirname(file);
      const commands = path.join(folder, "pgloader.load");
      writeFileSync(commands, pgloaderCommands(database, file), { mode: 0o600 });
      // OpenSSL's own variable: pgloader verifies against what OpenSSL trusts.
      const variables = { SSL_CERT_FILE: database.server.caFile };
      await runProgram(
        "pgloader",
        ["--quiet", "--on-error-stop", "--root-dir", path.join(folder, "pgloader"), commands],
        variables,
      );
    },
  }),
};

function pgloaderCommands({ server, user, password }: LocalDatabase, file: string): string {
  const { host, port, database } = server;
  const signIn = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `LOAD CSV
  FROM '${file}' (${columns})
  INTO postgresql://${signIn}@${host}:${port}/${database}?sslmode=require
  TARGET TABLE public.${records.name} (${columns})
  WITH skip header = 1, fields terminated by ',', fields optionally enclosed by '"', fields escaped by double-quote;
`;
}

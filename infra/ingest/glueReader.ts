import * as pulumi from "@pulumi/pulumi";
import { partReader } from "../../functions/glue/partReader";
import type { Table } from "../../functions/ingest/table";
import { GroundworkError } from "../error";

/**
 * The function's own reader with the tables as one script for Node, which the Glue job starts beside itself.
 *
 * @throws GroundworkError that names each option of each table that the job doesn't have.
 */
export function readerScript(tables: readonly Table[]): Promise<string> {
  const problems = tables.flatMap(lacking);
  if (problems.length > 0) {
    throw new GroundworkError(
      `The Glue job lacks ${problems.join("; ")}. Leave these out, or ingest:glue, with which it is deployed`,
    );
  }
  const serialized = pulumi.runtime.serializeFunction(partReader(tables), { exportName: "read" });
  return serialized.then(({ text }) => `${text}\nexports.read();\n`);
}

/** What the job, and not the function, would have to do with a table's rows. How they are read is the same. */
function lacking({ name, sameFile, sameRow, lineage }: Table): string[] {
  const problems: string[] = [];
  if (sameFile !== "append") problems.push(`sameFile "${sameFile}"`);
  if (sameRow !== "fail") problems.push(`sameRow "${sameRow}"`);
  problems.push(...Object.keys(lineage).map((key) => `lineage.${key}`));
  return problems.map((problem) => `${problem} of the table ${name}`);
}

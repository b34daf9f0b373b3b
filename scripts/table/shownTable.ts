import { type Table, type TableDefinition, defineTable } from "../../functions/ingest/table";
import { definitionProblems } from "../../functions/ingest/tableCheck";
import { GroundworkError } from "../../infra/error";

/** The table that a file shows. @throws GroundworkError with all that keeps it from being one */
export function shownTable(definition: TableDefinition): Table {
  const problems = definitionProblems(definition);
  if (problems.length > 0) throw GroundworkError.all(`The table ${definition.name} can't be`, problems);
  return defineTable(definition);
}

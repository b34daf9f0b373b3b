import { expect } from "chai";
import { defineTable } from "../../../functions/ingest/table";
import recordsTable from "../../../tables/records";
import { files } from "./files";
import type { Input } from "./parts";
import { records } from "./records";

/** Files as people have them, each with the right outcome, for whatever reads files. */
export const inputs = [...files, ...records];

/** The same, each with a table of its own and the key that it goes to. */
export const inputsOfOwnTables = inputs.map(({ table = recordsTable, ...input }, i) => ({
  ...input,
  /** The name of the table that a failure tells of. */
  known: table.name,
  table: defineTable({ ...table, name: `input_${i}`, files: { prefix: `${i}/` } }),
  key: `${i}/a file.csv`,
}));

/** The reason why a file is not read, and what it has to be; undefined where the file is read. */
export function expectFailure(reason: string | undefined, failure: Input["failure"], what?: string): void {
  if (failure instanceof RegExp) expect(reason, what).to.match(failure);
  else expect(reason, what).to.equal(failure);
}

import type { Client } from "pg";
import type { TableShape } from "../ingest/tableFit";
import { quoteName } from "../ingest/tableSql";

/** Lets the role `ingest_browse` read the tables that there are definitions of: 011_browse_role.sql. */
export async function allowBrowsing(
  client: Pick<Client, "query">,
  shapes: readonly Pick<TableShape, "name">[],
): Promise<void> {
  for (const { name } of shapes) {
    await client.query(`GRANT SELECT ON public.${quoteName(name)} TO ingest_browse`);
  }
}

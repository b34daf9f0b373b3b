import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import type { Client } from "pg";
import { defineTable } from "../../../../functions/ingest/table";
import { tableSql } from "../../../../functions/ingest/tableSql";
import { Session } from "../../../../local/session";
import { findChanges } from "../../../../scripts/table/changes";
import { inferTable } from "../../../../scripts/table/infer/inferTable";
import { migratedDatabase } from "../../../support/database";

describe("The migrations that table new writes", () => {
  let session: Session;
  let client: Client;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "groundwork-table-"));
    session = new Session();
    client = await migratedDatabase(session);
  });
  after(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });

  it("make the table, and give it new and wider columns that ingest may write, with what is there", async () => {
    const first = path.join(folder, "first.csv");
    const rows = Array.from({ length: 120 }, (_, i) => `${i},2024-01-01,name ${i}\n`).join("");
    writeFileSync(first, `Order id,day,select\n${rows}`);
    const { definition } = await inferTable(first, { name: "made" });
    const table = defineTable({ ...definition, key: ["order_id"], sameRow: "update" });
    await client.query(tableSql(table));
    await client.query(`INSERT INTO made (order_id, day, select_) VALUES (1, '2024-01-01', 'kept')`);

    const newer = path.join(folder, "newer.csv");
    writeFileSync(newer, "Order id,day,select,Größe\n5100080972,2024-01-01,,1.5\n");
    const { sql } = await findChanges(newer, table, await inferTable(newer));
    await client.query(sql);
    await client.query("SET ROLE ingest");
    await client.query(
      "INSERT INTO made (order_id, day, grosse) VALUES (5100080972, '2024-01-02', 1.5), (1, '2024-01-03', 2) " +
        "ON CONFLICT (order_id) DO UPDATE SET day = excluded.day, grosse = excluded.grosse",
    );
    await client.query("RESET ROLE");
    const { rows: stored } = await client.query(
      "SELECT order_id::text, day::text, select_, grosse::text FROM made ORDER BY order_id",
    );
    expect(stored).to.deep.equal([
      { order_id: "1", day: "2024-01-03", select_: "kept", grosse: "2" },
      { order_id: "5100080972", day: "2024-01-02", select_: null, grosse: "1.5" },
    ]);
  });
});

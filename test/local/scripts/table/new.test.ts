import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import type { Client } from "pg";
import { ingestHandler } from "../../../../functions/ingest/handler";
import { defineTable } from "../../../../functions/ingest/table";
import { tableSql } from "../../../../functions/ingest/tableSql";
import { readMigrations } from "../../../../infra/database/migrations";
import { Session } from "../../../../local/session";
import { findChanges } from "../../../../scripts/table/changes";
import { inferTable } from "../../../../scripts/table/infer/inferTable";
import { migratedDatabase } from "../../../support/database";
import { packageCallback } from "../../../../trials/packageCallback";
import { IngestFixture, options, resultOf } from "../../../support/ingestFixture";

describe("The migrations that table new writes", () => {
  let session: Session;
  let client: Client;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "groundwork-table-"));
    session = new Session();
    ({ client } = await migratedDatabase(session));
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

  it("keep what is there where a running environment gets a newer file's column, and load the file", async () => {
    const file = path.join(folder, "visits.csv");
    writeFileSync(file, "id,day\n1,2024-01-01\n2,2024-01-02\n");
    const { definition } = await inferTable(file);
    const before = defineTable({ ...definition, files: { prefix: "visits/" } });
    const fixture = await IngestFixture.start(before);
    try {
      const migrations = [...readMigrations(), { name: "first", sql: tableSql(before), checksum: "1" }];
      await fixture.migrate(migrations);
      const first = await resultOf(fixture.invoke(await fixture.put(readFileSync(file), "visits/1.csv")));
      expect(first).to.include({ status: "done", rows: 2 });

      writeFileSync(file, "id,day,score\n3,2024-01-03,1.5\n");
      const { added, sql } = await findChanges(file, before, await inferTable(file));
      const after = defineTable({
        ...definition,
        files: { prefix: "visits/" },
        columns: [...definition.columns, ...added],
      });
      const applied = await fixture.migrate([...migrations, { name: "second", sql, checksum: "2" }]);
      expect(applied).to.deep.equal(["second"]);
      const handler = ingestHandler({ ...options, tables: [after] });
      await fixture.deploy("changed", await packageCallback(handler));
      const second = await resultOf(
        fixture.invoke(await fixture.put(readFileSync(file), "visits/2.csv"), "changed"),
      );
      expect(second).to.include({ status: "done", rows: 1 });
      expect(
        await fixture.rows("SELECT id::text, day::text, score::text FROM visits ORDER BY id"),
      ).to.deep.equal([
        ["1", "2024-01-01", null],
        ["2", "2024-01-02", null],
        ["3", "2024-01-03", "1.5"],
      ]);
    } finally {
      await fixture.close();
    }
  });
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { defineTable } from "../../../../functions/ingest/table";
import { readerScript } from "../../../../infra/ingest/glueReader";
import records from "../../../../tables/records";

describe("The reader's script for the Glue job", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "groundwork-reader-"));
  after(() => rmSync(folder, { recursive: true }));

  it("runs alone, with the transform of a table", async () => {
    const table = defineTable({
      name: "shouts",
      columns: [{ name: "what", type: "text" }],
      transform: { columns: ["what"], make: () => (fields) => fields.map((field) => `${field}!`) },
    });
    const file = path.join(folder, "reader.js");
    writeFileSync(file, await readerScript([table]));
    const past = { offset: 0, maxRejects: 0, rows: 0, rejected: 0 };
    const request = JSON.stringify({ step: "whole", key: "a.csv", size: 8, ...past });
    const { stdout, stderr, status } = spawnSync(process.execPath, [file, request], { input: "what\nho\n" });
    expect(String(stderr)).to.equal("");
    expect(status).to.equal(0);
    expect(stdout.toString("latin1"))
      .to.match(/^C....\[\["what","text"\]\]D....PGCOPY/s)
      .and.include("ho!")
      .and.match(/"stop":8\}$/);
  });

  it("is refused with each option that the job lacks, by name", () => {
    const table = defineTable({
      ...records,
      name: "t",
      key: ["mcc"],
      sameFile: "replace",
      sameRow: "update",
      lineage: { file: "from_file" },
    });
    expect(() => readerScript([records, table])).to.throw(
      'The Glue job lacks sameFile "replace" of the table t; sameRow "update" of the table t; lineage.file of the table t.',
    );
  });
});

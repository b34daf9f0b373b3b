import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readMigrations } from "../../../../infra/database/migrations";
import { GroundworkError } from "../../../../infra/error";

describe("The schema's SQL files", () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "migrations-"))));
  afterEach(() => rmSync(dir, { recursive: true }));
  const write = (...names: string[]): void =>
    names.forEach((name) => writeFileSync(join(dir, name), `-- ${name}`));

  it("are read in the order of their numbers, with their checksums", () => {
    write("2_second.sql", "10_tenth.sql", "001_first.sql", "README.md");
    write("3_c.sql", "4_d.sql", "5_e.sql", "6_f.sql", "7_g.sql", "8_h.sql", "9_i.sql");
    const migrations = readMigrations(dir);
    expect(migrations.map(({ name }) => name).slice(0, 2)).to.deep.equal(["001_first.sql", "2_second.sql"]);
    expect(migrations[9]).to.deep.equal({
      name: "10_tenth.sql",
      sql: "-- 10_tenth.sql",
      checksum: createHash("sha256").update("-- 10_tenth.sql").digest("hex"),
    });
  });

  it("of this project are complete", () => {
    const names = readMigrations().map(({ name }) => name);
    expect(names.slice(0, 2)).to.deep.equal(["001_records.sql", "002_ingest_jobs.sql"]);
  });

  const wrong: [string, string[], RegExp][] = [
    ["a gap", ["001_a.sql", "003_c.sql"], /003_c\.sql leaves a gap: number 2 is missing/],
    ["a start other than 1", ["002_b.sql"], /002_b\.sql leaves a gap: number 1 is missing/],
    [
      "a number twice",
      ["001_a.sql", "1_b.sql"],
      /1_[ab]\.sql has the same number as .*1_[ab]\.sql: give one/,
    ],
    ["no number", ["001_a.sql", "more.sql"], /more\.sql has no number: name it like/],
  ];
  for (const [title, names, message] of wrong) {
    it(`with ${title} are an error that names the file`, () => {
      write(...names);
      expect(() => readMigrations(dir)).to.throw(GroundworkError, message);
    });
  }
});

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Client } from "pg";
import { writeSample } from "../../../../trials/sample/sample";
import { Session } from "../../../../local/session";
import records from "../../../../tables/records";
import { type Expected, differences, expectations } from "../../../../trials/verify/verify";
import { migratedDatabase } from "../../../support/database";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";

describe("the check of a load", () => {
  let session: Session;
  let client: Client;
  let file: string;
  let expected: Expected;

  before(async () => {
    session = new Session();
    ({ client } = await migratedDatabase(session));
    file = join(session.dir, "sample.csv");
    await writeSample(file, 20_000);
    await loadBySql(file);
    expected = await expectations(client, file, records);
  });
  after(() => session.close());

  /** A load by a third implementation: PostgreSQL's own reader of CSV. */
  async function loadBySql(path: string): Promise<void> {
    chmodSync(path, 0o644); // The server runs as another user than root.
    await client.query(`
      CREATE TEMPORARY TABLE staged (mcc int, merchant text, currency text, amount numeric, date date, card text)`);
    await client.query(`COPY staged FROM ${client.escapeLiteral(path)} (FORMAT csv, HEADER true)`);
    await client.query(`
      INSERT INTO records (mcc, merchant, currency, amount, transaction_date, card_type)
      SELECT mcc, merchant, currency, 2 * amount, date, card FROM staged`);
  }

  /** The differences while the change holds; it is undone after that. */
  async function differencesAfter(change: string): Promise<string[]> {
    await client.query("BEGIN");
    try {
      await client.query(change);
      return await differences(client, expected);
    } finally {
      await client.query("ROLLBACK");
    }
  }

  function write(name: string, content: string | Buffer): string {
    const path = join(session.dir, name);
    writeFileSync(path, content);
    return path;
  }

  it("holds for what PostgreSQL itself read from the file", async () => {
    expect(await differences(client, expected)).to.deep.equal([]);
    expect(expected).to.include({ rows: 20_000, rejected: 0 });
  });

  const damages: readonly [what: string, change: string, found: readonly string[]][] = [
    [
      "a missing row",
      "DELETE FROM records WHERE id = 7",
      ["rows: 20000", "19999 in records", "missing in the table: 1"],
    ],
    [
      "a row too many",
      "INSERT INTO records (merchant) VALUES ('planted')",
      ["20001 in records", "not in the file: 1, as (,planted,,,,)"],
    ],
    [
      "a row that is there twice",
      "INSERT INTO records (mcc, merchant, currency, amount, transaction_date, card_type) SELECT mcc, merchant, currency, amount, transaction_date, card_type FROM records WHERE id = 8",
      ["20001 in records", "not in the file: 1"],
    ],
    [
      "a row that is there twice while another is missing",
      "UPDATE records r SET (mcc, merchant, currency, amount, transaction_date, card_type) = (SELECT mcc, merchant, currency, amount, transaction_date, card_type FROM records WHERE id = 8) WHERE id = 7",
      ["missing in the table: 1", "not in the file: 1"],
    ],
    [
      "merchants of two rows exchanged",
      "UPDATE records r SET merchant = (SELECT merchant FROM records WHERE id = 15 - r.id) WHERE id IN (7, 8)",
      ["missing in the table: 2", "not in the file: 2"],
    ],
    [
      "an amount that is a hundredth off",
      "UPDATE records SET amount = amount + 0.01 WHERE id = 7",
      ["missing in the table: 1"],
    ],
    ["amounts not doubled", "UPDATE records SET amount = amount / 2", ["missing in the table: 20000"]],
    [
      "an mcc of 0 in the place of NULL",
      "UPDATE records SET mcc = 0 WHERE id = (SELECT min(id) FROM records WHERE mcc IS NULL)",
      ["missing in the table: 1, as (,", "not in the file: 1, as (0,"],
    ],
    [
      "text decoded with the wrong encoding",
      "UPDATE records SET merchant = convert_from(convert_to(merchant, 'UTF8'), 'LATIN1') WHERE id = (SELECT min(id) FROM records WHERE merchant LIKE 'Café%')",
      ["missing in the table: 1", "CafÃ©"],
    ],
    [
      "CRLF in a merchant turned into LF",
      String.raw`UPDATE records SET merchant = replace(merchant, E'\r\n', E'\n ') WHERE merchant LIKE E'%\r\n%'`,
      ["missing in the table"],
    ],
    [
      "a card type with a space",
      "UPDATE records SET card_type = card_type || ' ' WHERE id = 7",
      ["missing in the table: 1"],
    ],
    [
      "a reject of a row that is good",
      `WITH job AS (INSERT INTO ingest_jobs (bucket, key, etag, size) VALUES ('b', 'k', 'e', 1) RETURNING id)
       INSERT INTO ingest_rejects SELECT id, 0, 'why', 'text' FROM job`,
      ["rejected rows: 0 in the file, 1 in the database", 'not wrong or not in the file as such, as "text"'],
    ],
    [
      "an empty table",
      "TRUNCATE records",
      ["20000 in the file, 0 in records", "missing in the table: 20000"],
    ],
  ];
  for (const [what, change, found] of damages) {
    it(`finds ${what}`, async () => {
      const text = (await differencesAfter(change)).join("\n");
      for (const part of found) expect(text).to.contain(part);
    });
  }

  it("finds NULL in the place of an empty text", async () => {
    const empty = write("empty.csv", `${header}\n1,a,EUR,1.00,2024-01-01,""\n`);
    await client.query("BEGIN");
    await client.query("TRUNCATE records");
    await client.query(
      `INSERT INTO records (mcc, merchant, currency, amount, transaction_date, card_type)
       VALUES (1, 'a', 'EUR', 2, '2024-01-01', NULL)`,
    );
    const found = await differences(client, await expectations(client, empty, records));
    await client.query("ROLLBACK");
    expect(found.join("\n"))
      .to.match(/missing in the table: 1, as \(1,a,EUR,2\.00,2024-01-01,""\)$/m)
      .and.match(/not in the file: 1, as \(1,a,EUR,2\.00,2024-01-01,\)$/m);
  });

  it("finds a loader that swallowed good rows into one reject", async () => {
    const lines = ["1,a,EUR,1.00,2024-01-01,v", "2,b,EUR,2.00,2024-01-02,v", "3,c,EUR,3.00,2024-01-03,v"];
    const mixed = write("mixed.csv", `${header}\r\n${lines.join("\n")}\n`);
    await client.query("BEGIN");
    await client.query("TRUNCATE records");
    await client.query(
      `WITH job AS (INSERT INTO ingest_jobs (bucket, key, etag, size) VALUES ('b', 'k', 'e', 1) RETURNING id)
       INSERT INTO ingest_rejects SELECT id, 0, '16 fields instead of 6', $1 FROM job`,
      [lines.join("\n")],
    );
    const found = await differences(client, await expectations(client, mixed, records));
    await client.query("ROLLBACK");
    expect(found.join("\n"))
      .to.contain("rows: 3 in the file, 0 in records")
      .and.contain("missing in the table: 3, as (1,a,EUR,2.00,2024-01-01,v)")
      .and.contain("rejected rows: 0 in the file, 1 in the database");
  });

  it("looks at one job's rows and rejects, where it is told the job", async () => {
    await client.query("BEGIN");
    await client.query(
      `INSERT INTO ingest_jobs (id, bucket, key, etag, size) OVERRIDING SYSTEM VALUE VALUES (77, 'b', 'a', 'e', 1), (78, 'b', 'b', 'e', 1)`,
    );
    await client.query("INSERT INTO records (merchant, ingest_job) VALUES ('another job''s', 78)");
    await client.query("INSERT INTO ingest_rejects VALUES (78, 0, 'why', 'text')");
    const [ofJob, ofAll, ofOther] = [
      await differences(client, expected, 77),
      await differences(client, expected),
      await differences(client, expected, 78),
    ];
    await client.query("ROLLBACK");
    expect(ofJob).to.deep.equal([]);
    expect(ofAll).to.have.length(4);
    expect(ofOther.join()).to.contain("another job's");
  });

  it("takes bad rows of the file apart, all of them and no good one", async () => {
    const withRejects = join(session.dir, "rejects.csv");
    await writeSample(withRejects, 20_000, { rejects: 170 });
    const found = await differences(client, await expectations(client, withRejects, records));
    expect(found).to.have.length(2);
    expect(found[0]).to.equal("rejected rows: 170 in the file, 0 in the database");
  });
});

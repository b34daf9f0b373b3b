import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Client } from "pg";
import { readMigrations } from "../../../../infra/database/migrations";
import { startPostgres } from "../../../../local/postgres/server";
import { writeSample } from "../../../../trials/sample/sample";
import { Session } from "../../../../local/session";
import { type Totals, actuals, compare, expectations } from "../../../../trials/verify/verify";
import { rejection } from "../../../support/postgres";

describe("the check of a load", () => {
  let session: Session;
  let client: Client;
  let file: string;
  let expected: Totals;

  before(async () => {
    session = new Session();
    const access = { database: "demo", user: "postgres", password: "local" };
    const postgres = await startPostgres(session, access);
    const ssl = { ca: readFileSync(postgres.caFile, "utf8") };
    client = new Client({ ...access, host: postgres.host, port: postgres.port, ssl });
    await client.connect();
    session.onClose(() => client.end());
    for (const { sql } of readMigrations()) await client.query(sql);
    file = join(session.dir, "sample.csv");
    await writeSample(file, 20_000);
    await loadBySql(file);
    expected = await expectations(file);
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
      return compare(expected, await actuals(client));
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
    expect(compare(expected, await actuals(client))).to.deep.equal([]);
    expect(expected).to.include({ rows: 20_000, rejected: 0 });
  });

  const damages: readonly [what: string, change: string, found: readonly string[]][] = [
    ["a missing row", "DELETE FROM records WHERE id = 7", ["rows", "checksum"]],
    [
      "a row that is there twice while another is missing",
      "UPDATE records r SET (mcc, merchant, currency, amount, transaction_date, card_type) = (SELECT mcc, merchant, currency, amount, transaction_date, card_type FROM records WHERE id = 8) WHERE id = 7",
      ["checksum"],
    ],
    [
      "merchants of two rows exchanged",
      "UPDATE records r SET merchant = (SELECT merchant FROM records WHERE id = 15 - r.id) WHERE id IN (7, 8)",
      ["checksum"],
    ],
    [
      "an amount that is a hundredth off",
      "UPDATE records SET amount = amount + 0.01 WHERE id = 7",
      ["amounts"],
    ],
    ["amounts not doubled", "UPDATE records SET amount = amount / 2", ["amounts", "checksum"]],
    [
      "an mcc of 0 in the place of NULL",
      "UPDATE records SET mcc = 0 WHERE id = (SELECT min(id) FROM records WHERE mcc IS NULL)",
      ["without mcc", "checksum"],
    ],
    ["another mcc", "UPDATE records SET mcc = mcc + 1 WHERE mcc = 5411", ["sum of mcc", "checksum"]],
    [
      "another last day",
      "UPDATE records SET transaction_date = '2020-01-01' WHERE id = 7",
      ["last", "checksum"],
    ],
    [
      "another first day",
      "UPDATE records SET transaction_date = '2014-12-31' WHERE id = 7",
      ["first", "checksum"],
    ],
    [
      "text decoded with the wrong encoding",
      "UPDATE records SET merchant = convert_from(convert_to(merchant, 'UTF8'), 'LATIN1') WHERE merchant LIKE 'Café%'",
      ["characters", "checksum"],
    ],
    [
      "CRLF in a merchant turned into LF",
      String.raw`UPDATE records SET merchant = replace(merchant, E'\r\n', E'\n ') WHERE merchant LIKE E'%\r\n%'`,
      ["checksum"],
    ],
    ["another currency", "UPDATE records SET currency = 'EUR' WHERE currency = 'USD'", ["checksum"]],
    [
      "a card type with a space",
      "UPDATE records SET card_type = card_type || ' ' WHERE id = 7",
      ["checksum"],
    ],
    [
      "a reject of a row that is good",
      `WITH job AS (INSERT INTO ingest_jobs (bucket, key, etag, size) VALUES ('b', 'k', 'e', 1) RETURNING id)
       INSERT INTO ingest_rejects SELECT id, 0, 'why', 'text' FROM job`,
      ["rejected rows"],
    ],
    ["an empty table", "TRUNCATE records", ["rows", "first", "none in the database", "checksum"]],
  ];
  for (const [what, change, found] of damages) {
    it(`finds ${what}`, async () => {
      const text = (await differencesAfter(change)).join("\n");
      for (const part of found) expect(text).to.contain(part);
    });
  }

  it("takes bad rows of the file apart, all of them and no good one", async () => {
    const withRejects = join(session.dir, "rejects.csv");
    await writeSample(withRejects, 20_000, { rejects: 170 });
    expect(compare(await expectations(withRejects), await actuals(client))).to.deep.equal([
      "rejected rows: 170 in the file, 0 in the database",
    ]);
  });

  it("reads a file with BOM, CRLF and no last line end like one without", async () => {
    const header = "mcc,merchant,currency,amount,transaction_date,card_type";
    const rows = [
      "0742,Żabka,USD,-0.07,2016-02-29,Visa",
      ',"a ""b"", c",JPY,12,2019-12-31,',
      "1,x,y,.5,2019-01-01,",
    ];
    const plain = await expectations(write("plain.csv", `${[header, ...rows].join("\n")}\n`));
    const other = await expectations(write("other.csv", `\ufeff${[header, ...rows].join("\r\n")}`));
    expect(other).to.deep.equal(plain);
    expect(plain).to.include({ rows: 3, rejected: 0, emptyMccs: 1, mccSum: 743n, amountSum: 2486n });
  });

  it("of a file that can't be one says what is wrong with it", async () => {
    const missing = join(session.dir, "missing.csv");
    expect(await rejection(expectations(missing))).to.equal(
      `${missing} can't be read (ENOENT): name a CSV file`,
    );
    for (const [name, content] of [
      ["empty.csv", ""],
      ["headless.csv", "5411,Market,USD,10.00,2019-01-01,Credit\n".repeat(100_000)],
      ["columns.csv", "merchant,mcc,currency,amount,transaction_date,card_type\n"],
    ] as const) {
      expect(await rejection(expectations(write(name, content)))).to.contain(
        `${name} has no header: its first`,
      );
    }
  });
});

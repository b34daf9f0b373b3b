import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { Client } from "pg";
import { readMigrations } from "../../../../infra/database/migrations";
import { startPostgres } from "../../../../local/postgres/server";
import { writeSample } from "../../../../trials/sample/sample";
import { Session } from "../../../../local/session";
import { type TableDefinition, defineTable } from "../../../../functions/ingest/table";
import records from "../../../../tables/records";
import { type Expected, differences, expectations } from "../../../../trials/verify/verify";
import { rejection } from "../../../support/postgres";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";

describe("the check of a load", () => {
  let session: Session;
  let client: Client;
  let file: string;
  let expected: Expected;

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
      "NULL in the place of an empty text",
      "UPDATE records SET card_type = NULL WHERE id = 7; UPDATE records SET card_type = '' WHERE id = 7",
      ["not in the file: 1"],
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

  /** What the file's rows are as PostgreSQL writes them, and its rejects. */
  async function read(content: string | Buffer, definition: Partial<TableDefinition>) {
    const columns = definition.columns ?? records.columns;
    const table = defineTable({ ...definition, name: "other", columns });
    const path = write("other.csv", content);
    const ddl = table.columns.map(({ name, type }) => `"${name}" ${type as string}`).join();
    await client.query("BEGIN");
    await client.query(`CREATE TABLE other (${ddl})`);
    try {
      const found = await expectations(client, path, table);
      const all = await differences(client, found);
      const shown = all.find((each) => each.startsWith("missing in the table")) ?? "";
      return { rows: shown.replace(/^.*?, as /, ""), count: found.rows, rejects: found.rejects };
    } finally {
      await client.query("ROLLBACK");
    }
  }
  const two = [
    { name: "a", type: "integer" },
    { name: "b", type: "text" },
  ] as const;

  const same: readonly [what: string, content: string | Buffer, definition: Partial<TableDefinition>][] = [
    ["line ends that change in it", "a,b\r\n1,x\n2,y\r\n", {}],
    ["line ends of \\r\\r\\n", "a,b\r\r\n1,x\r\r\n2,y\r\r\n", {}],
    ["line ends of \\r alone", "a,b\r1,x\r2,y\r", {}],
    ["two files joined", "a,b\n1,x\na,b\n2,y\n", {}],
    ["its header in another order and case, and a column more", "c,B, A\n9,x,1\n9,y,2\n", {}],
    ["a gzip of two members", Buffer.concat([gzipSync("a,b\n1,x\n"), gzipSync("2,y\n")]), {}],
    ["UTF-16", Buffer.from("\ufeffa,b\n1,x\n2,y\n", "utf16le"), {}],
    [
      "UTF-16 without a byte order mark, big end first",
      Buffer.from("a,b\n1,x\n2,y\n", "utf16le").swap16(),
      {},
    ],
    ["a byte order mark, a sep= line and Ctrl-Z", "\ufeffsep=;\r\na;b\r\n1;x\r\n2;y\r\n\x1a", {}],
    [
      "a preamble, comments and a footer",
      "Report\n\n#\na,b\n1,x\n#1,x\n2,y\nTotal,2\n\n",
      { format: { comment: "#", footer: 1 } },
    ],
    [
      "no header, and an automatic delimiter",
      "1;x\n2;y\n",
      { format: { header: "none", delimiter: "auto" } },
    ],
    ["blank rows, and a trailing delimiter", "a,b,\n1,x,\n,,\n\n2,y,\n", {}],
    [
      "quotes of another kind, a backslash before them",
      "a,b\n'1','x'\n2,'y'\n",
      { format: { quote: "'", escape: "backslash" } },
    ],
  ];
  for (const [what, content, definition] of same) {
    it(`reads a file with ${what}`, async () => {
      const { rows, rejects } = await read(content, { ...definition, columns: two });
      expect({ rows, rejects }).to.deep.equal({ rows: "(1,x) (2,y)", rejects: [] });
    });
  }

  it("lets PostgreSQL read what is written with ; and a decimal comma, and dates as they are here", async () => {
    const columns = [
      { name: "n", type: "numeric(8,2)", times: -2 },
      { name: "i", type: "bigint" },
      { name: "d", type: "date", format: { dates: "D.M.YY" } },
      { name: "t", type: "timestamp", format: { timestamps: "DD/MMM/YYYY hh:mm A" } },
      { name: "f", type: "boolean", format: { booleans: { true: ["ja"], false: ["nein"] } } },
    ] as const;
    const format = {
      delimiter: ";",
      decimal: ",",
      thousands: ".",
      currency: ["€"],
      parentheses: true,
    } as const;
    const { rows, rejects } = await read(
      "n;i;d;t;f\n€ 1.234,565;5.411,0;1.2.24;29/feb/2024 12:05 PM;JA\n(12,5) ;1e3;28.12.99;;nein\n1,234,5;1;1.1.24;;ja\n1;1;31.2.24;;ja\n1;1;1.1.24;;yes\n",
      { columns, format },
    );
    expect(rows).to.equal('(-2469.13,5411,2024-02-01,"2024-02-29 12:05:00",t) (25.00,1000,1999-12-28,,f)');
    expect(rejects).to.deep.equal(["1,234,5;1;1.1.24;;ja", "1;1;31.2.24;;ja", "1;1;1.1.24;;yes"]);
  });

  const refused: readonly [
    type: "integer" | "numeric" | "real" | "date" | "timestamptz" | "varchar(3)",
    texts: readonly string[],
  ][] = [
    ["integer", ["0x10", "1_000", "2147483648", "5411.5", "NaN2", "1,5", "--1"]],
    ["numeric", ["Infinity", "-inf", "1_000", "0b1", "$1", "(1)", "1 000", "."]],
    ["real", ["Infinity", "1e39", "0x10", "1e-50"]],
    [
      "date",
      [
        "yesterday",
        "infinity",
        "epoch",
        "2019-02-29",
        "2019-1-1",
        "01/02/2019",
        "0000-01-01",
        "2020-01-01 BC",
      ],
    ],
    ["timestamptz", ["now", "-infinity", "2020-01-01 25:00", "2020-01-01 10:00 Nowhere"]],
    ["varchar(3)", ["four", "ééèè", "a\0"]],
  ];
  for (const [type, texts] of refused) {
    it(`takes no ${type} that a strict loader refuses`, async () => {
      const lines = texts.map((text) => `"${text}"`);
      const { count, rejects } = await read(`a\n${lines.join("\n")}\n`, { columns: [{ name: "a", type }] });
      expect(count).to.equal(0);
      expect(rejects).to.have.members(lines.map((line) => line.replaceAll("\0", "\ufffd")));
    });
  }

  it("takes what COPY does: exponents, blanks around, a time behind a day, a zone", async () => {
    const columns = [
      { name: "i", type: "smallint" },
      { name: "r", type: "double precision" },
      { name: "d", type: "date" },
      { name: "z", type: "timestamptz", format: { zone: "Europe/Berlin" } },
      { name: "u", type: "uuid" },
      { name: "j", type: "jsonb" },
      { name: "x", type: "bytea", format: { bytea: "base64" } },
    ] as const;
    const uuid = "{A0EEBC99-9C0B4EF8-BB6D-6BB9BD380A11}";
    await client.query("SET TIME ZONE 'UTC'");
    const { rows } = await read(
      `i,r,d,z,u,j,x\n 54e2 ,\t-.5e-3,2024-02-29T10:00:00.5+02,2024-07-01 12:00,${uuid},"{""a"": 1}",/w==\n1,1,2024-01-01,2024-07-01T12:00:00-03:30,,,\n`,
      { columns },
    );
    expect(rows).to.equal(
      '(1,1,2024-01-01,"2024-07-01 15:30:00+00",,,) ' +
        '(5400,-0.0005,2024-02-29,"2024-07-01 10:00:00+00",a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,"{""a"": 1}","\\\\xff")',
    );
  });

  it("tells a null marker from the same text in quotes, and both from an empty text", async () => {
    const { rows } = await read('a,b\n1,NULL\n2,"NULL"\n3,""\n', { columns: two });
    expect(rows).to.equal('(1,) (2,NULL) (3,"")');
  });

  it("finds the first record behind a header that is not ASCII", async () => {
    const columns = [{ name: "a", header: "°C °C °C", type: "text" }] as const;
    expect((await read("°C °C °C\n1\n2\n", { columns })).rows).to.equal("(1) (2)");
  });

  it("reads quotes inside unquoted fields, and Excel's texts", async () => {
    const { rows, rejects } = await read('a,b\n1,12" pipe\n="2",x"y"z\n', { columns: two });
    expect({ rows, rejects }).to.deep.equal({ rows: '(1,"12"" pipe") (2,"x""y""z")', rejects: [] });
  });

  it("gives texts to the table's transform, and keeps what that makes and what it refuses", async () => {
    const transform = {
      columns: ["b"],
      make: () => (fields: (string | null)[]) => (fields[0] === "ü" ? "no ü" : [`${fields[0]}!`]),
    };
    const { rows, rejects } = await read("a,b\n1,x\n2,ü\n", { columns: two, transform });
    expect({ rows, rejects }).to.deep.equal({ rows: "(1,x!)", rejects: ["2,ü"] });
  });

  it("keeps the first or the last of rows with one key, as the table says", async () => {
    for (const [sameRow, rows] of [
      ["skip", "(1,x) (2,y)"],
      ["update", "(1,z) (2,y)"],
    ] as const) {
      expect((await read("a,b\n1,x\n2,y\n1,z\n", { columns: two, key: ["a"], sameRow })).rows).to.equal(rows);
    }
  });

  it("says that a file with wrong quotes can't be checked", async () => {
    for (const content of ['a,b\n1,"x"y\n2,z\n', 'a,b\n1,"x\n2,y\n', 'a,b\n1,"x\n2,y"z\n']) {
      expect(await rejection(read(content, { columns: two }))).to.match(
        /other\.csv can't be checked: .*[qQ]uote/,
      );
    }
  });

  it("of a file that can't be one says what is wrong with it", async () => {
    const missing = join(session.dir, "missing.csv");
    expect(await rejection(expectations(client, missing, records))).to.equal(
      `${missing} can't be read (ENOENT): name a CSV file`,
    );
    for (const content of [
      "",
      "5411,Market,USD,10.00,2019-01-01,Credit\n".repeat(100_000),
      "mcc,merchant\n",
    ]) {
      expect(await rejection(expectations(client, write("headless.csv", content), records))).to.match(
        /headless\.csv can't be checked: it has no header of the table records$/,
      );
    }
    const torn = write("torn.csv.gz", gzipSync("a,b\n".repeat(1000)).subarray(0, 20));
    expect(await rejection(expectations(client, torn, records))).to.match(/torn\.csv\.gz can't be checked: /);
  });
});

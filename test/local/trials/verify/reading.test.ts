import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { Client } from "pg";
import { type TableDefinition, defineTable } from "../../../../functions/ingest/table";
import { Session } from "../../../../local/session";
import records from "../../../../tables/records";
import { differences, expectations } from "../../../../trials/verify/verify";
import { rejection } from "../../../support/rejection";
import { migratedDatabase } from "../../../support/database";

/** On the way of the check: what it finds in files of every kind. */
describe("what the check of a load finds in a file", () => {
  let session: Session;
  let client: Client;

  before(async () => {
    session = new Session();
    ({ client } = await migratedDatabase(session));
  });
  after(() => session.close());

  function write(name: string, content: string | Buffer): string {
    const path = join(session.dir, name);
    writeFileSync(path, content);
    return path;
  }

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
    ["two files joined, each with a byte order mark", "\ufeffa,b\n1,x\n\ufeffa,b\n2,y\n", {}],
    ["lines of blanks, of Ctrl-Z and of NUL", 'a,b\n1,x\n  \n"",""\n2,y\n\x1a\r\n\0\0', {}],
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
  it("reads quotes behind blanks where texts are trimmed", async () => {
    const definition = { columns: two, format: { trim: true } };
    const found = await read('a, "b"\n1, "x, ""y""\nz" \n', definition);
    expect(found).to.deep.equal({ rows: '(1,"x, ""y""\nz")', count: 1, rejects: [] });
    expect(await rejection(read('a,b\n1, "x" y\n', definition))).to.match(/can't be checked/);
  });

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

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { type CheckOptions, check } from "../../../../scripts/table/check";
import { rejection } from "../../../support/rejection";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";
const corner = "5411,Corner Market,EUR,1.50,2024-01-01,visa";
const coffee = "5812,Coffee,USD,3.20,2024-01-02,mastercard";
const good = `${header}\n${corner}\n${coffee}\n`;
const rows = (...lines: string[]): string => `${header}\n${lines.map((line) => `${line}\n`).join("")}`;

interface Input {
  readonly what: string;
  readonly file: string | Buffer;
  /** What its own table holds then, with its header. */
  readonly rows?: string;
  readonly rejected?: number;
  readonly error?: RegExp;
}

/** Files as people have them, read by the table that they show themselves. */
const inputs: readonly Input[] = [
  { what: "a good file", file: good, rows: good },
  { what: "a gzip", file: gzipSync(good), rows: good },
  { what: "a zip", file: Buffer.from("504b0304140000000000", "hex"), error: /^the file is a zip/ },
  {
    what: "Latin-1",
    file: Buffer.from(rows(corner, "5812,Café Zürich,EUR,3.20,2024-01-02,visa"), "latin1"),
    rows: rows(corner, "5812,Café Zürich,EUR,3.20,2024-01-02,visa"),
  },
  {
    what: "UTF-16 from Excel",
    file: Buffer.from(`\ufeff${good.replaceAll(",", "\t").replaceAll("\n", "\r\n")}`, "utf16le"),
    rows: good,
  },
  { what: "UTF-16 without a byte order mark", file: Buffer.from(good, "utf16le"), rows: good },
  {
    what: "semicolons and decimal commas",
    file: good.replaceAll(",", ";").replaceAll("1.50", "1,50").replaceAll("3.20", "3,20"),
    rows: good,
  },
  { what: "tabs", file: good.replaceAll(",", "\t"), rows: good },
  { what: "a sep= line", file: `sep=,\r\n${good.replaceAll("\n", "\r\n")}`, rows: good },
  {
    what: "numbers in several forms, which stay texts",
    file: rows('5411,a,EUR,"12,50",2024-01-01,visa', "5411,b,EUR,(12.50),2024-01-01,visa"),
    rows: rows('5411,a,EUR,"12,50",2024-01-01,visa', "5411,b,EUR,(12.50),2024-01-01,visa"),
  },
  {
    what: "integers as pandas writes those with gaps",
    file: rows("5411.0,a,EUR,1.5,2024-01-01,v", ",b,USD,3.25,2024-01-02,v"),
    rows: rows("5411,a,EUR,1.5,2024-01-01,v", ",b,USD,3.25,2024-01-02,v"),
  },
  {
    what: "days before months",
    file: rows("5411,a,EUR,1,31/01/2024,visa", "5411,b,EUR,1,05/02/2024,visa"),
    rows: rows("5411,a,EUR,1,2024-01-31,visa", "5411,b,EUR,1,2024-02-05,visa"),
  },
  { what: "a trailing comma in the header", file: `${header},\n${corner},\n`, rows: rows(corner) },
  {
    what: "no header",
    file: `${corner}\n${coffee}\n`,
    rows: good.replace(header, "column_1,column_2,column_3,column_4,column_5,column_6"),
  },
  { what: "the header twice", file: `${header}\n${corner}\n${header}\n${coffee}\n`, rows: good },
  {
    what: "lines before the header",
    file: `Exported by "Bank" Tool 4.2\nAccount: 1234\n\n${good}`,
    rows: good,
  },
  { what: "a comment before the header", file: `# exported\n${good}`, rows: good },
  {
    what: "words that stand for NULL",
    file: rows("NULL,a,EUR,1,2024-01-01,v", "N/A,b,EUR,1,2024-01-01,v", '5411,\\N,nan,1,2024-01-01,""'),
    rows: rows(",a,EUR,1,2024-01-01,v", ",b,EUR,1,2024-01-01,v", '5411,,,1,2024-01-01,""'),
  },
  { what: "empty lines at the end", file: `${good}\r\n\n\n`, rows: good },
  { what: "rows of commas", file: `${good}${",,,,,\n".repeat(1200)}`, rows: good },
  {
    what: "inch marks",
    file: rows('5411,6" Sub,EUR,1.50,2024-01-01,visa', corner),
    rows: rows('5411,"6"" Sub",EUR,1.50,2024-01-01,visa', corner),
  },
  {
    what: "backslashes before quotes",
    file: rows('5411,"Joe \\"The Best\\" Diner",EUR,1.50,2024-01-01,visa', corner),
    rows: rows('5411,"Joe ""The Best"" Diner",EUR,1.50,2024-01-01,visa', corner),
  },
  { what: "records that end otherwise than the header", file: good.replace("\n", "\r\n"), rows: good },
  { what: "\\r\\r\\n", file: good.replaceAll("\n", "\r\r\n"), rows: good },
  {
    what: "a field of 300,000 bytes",
    file: `${good}5411,"${"x".repeat(300_000)}",EUR,1,2024-01-01,visa\n`,
    rows: good,
    rejected: 1,
  },
  { what: "JSON", file: '{"mcc":5411}\n', error: /^the file is JSON/ },
  {
    what: "a page of HTML",
    file: "<html><body>AccessDenied</body></html>\n",
    error: /^the file is an HTML page/,
  },
  {
    what: "an inch mark in the header",
    file: 'size 12",price\n1,2\n3,4\n5,6\n',
    rows: "size_12,price\n1,2\n3,4\n5,6\n",
  },
  { what: "flags of one letter", file: "flag,n\nY,5411\nN,0\nN,1\n", rows: "flag,n\nt,5411\nf,0\nf,1\n" },
  {
    what: "numbers beyond int, and an order of days and months that nothing decides",
    file: 'Date,Number,Amount\n05/01/2011,5100080972,"75,307.72"\n06/01/2011,1700097407,"-2,610.12"\n',
    rows: "date,number,amount\n05/01/2011,5100080972,75307.72\n06/01/2011,1700097407,-2610.12\n",
  },
];

describe("table check", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "groundwork-table-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (name: string, content: string | Buffer): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const run = async (files: string[], options: CheckOptions): Promise<{ code: number; text: string }> => {
    let text = "";
    const code = await check(files, options, { write: (part) => (text += part) });
    return { code, text };
  };

  for (const { what, file, rows: wanted, rejected = 0, error } of inputs) {
    it(`finds the table of ${what}`, async () => {
      const name = put("input.csv", file);
      const { code, text } = await run([name], { infer: true, json: true, rows: path.join(folder, "rows") });
      const said = JSON.parse(text) as Record<string, unknown>;
      expect(said).to.include({ file: name, rejected });
      if (error) expect(said.error).to.match(error);
      else {
        expect(said).to.not.have.property("error");
        expect(readFileSync(path.join(folder, "rows/input.csv.csv"), "utf8")).to.equal(wanted);
        expect(said.rows).to.equal(wanted!.trimEnd().split("\n").length - 1);
      }
      expect(code).to.equal(error ? 1 : rejected > 0 ? 2 : 0);
    });
  }

  it("reads by the table that takes the file's name, and applies what the table does to values", async () => {
    const name = put("any.csv", "merchant,amount,transaction_date\n,1.50,2024-01-01\nNULL,2,2024-01-02\n");
    const { code, text } = await run([name], { rows: path.join(folder, "rows") });
    expect({ code, text }).to.deep.equal({ code: 0, text: `${name} (table records): 2 rows\n` });
    expect(readFileSync(path.join(folder, "rows/any.csv.csv"), "utf8")).to.equal(
      rows(',"",,3.00,2024-01-01,', ",,,4.00,2024-01-02,"),
    );
  });

  it("tells twenty rejects with their lines and reasons, and how many more there are", async () => {
    const name = put("bad.csv", rows(corner, ...Array<string>(25).fill(corner.replace("1.50", "much"))));
    const { code, text } = await run([name], { table: "records" });
    const lines = text.trimEnd().split("\n");
    expect(code).to.equal(2);
    expect(lines).to.have.length(23);
    expect(lines[0]).to.equal(`${name} (table records): 1 row, 25 rejected`);
    expect(lines[1]).to.equal('  line 3: amount: "much" is not a decimal number');
    expect(lines[21]).to.equal("  and 5 more");
    expect(lines[22]).to.match(/^ {2}not-a-number: in tables\/records\.ts decimal, thousands, /);
  });

  it("refuses what the loader would refuse, goes on with the next file, and writes nothing of the refused one", async () => {
    const many = put("many.csv", rows(corner, ...Array<string>(1001).fill(corner.replace("1.50", "much"))));
    const other = put("other.csv", good);
    const { code, text } = await run([many, other], {
      table: "records",
      json: true,
      rows: path.join(folder, "rows"),
    });
    const [first, second] = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).to.equal(1);
    expect(first).to.include({ table: "records", rows: 0, rejected: 1001 });
    expect(first?.error).to.match(/^more than 1000 records were rejected, the last at byte \d+: amount/);
    expect(second).to.include({ table: "records", rows: 2, rejected: 0 }).and.not.have.property("error");
    expect(readdirSync(path.join(folder, "rows"))).to.deep.equal(["other.csv.csv"]);
  });

  it("skips folders, markers and files without bytes", async () => {
    const files = ["_SUCCESS", ".DS_Store", "manifest.json"].map((name) => put(name, "x"));
    const { code, text } = await run([...files, put("2024", ""), folder], { infer: true });
    expect(code).to.equal(0);
    expect(text.match(/: skipped, /g)).to.have.length(5);
  });

  it("says before it reads anything what can't be", async () => {
    const file = put("a.csv", good);
    const message = (options: CheckOptions, ...files: string[]): Promise<string> =>
      rejection(run(files, options));
    expect(await message({}, `${folder}/none.csv`)).to.equal(
      `There is no file ${folder}/none.csv: name CSV files`,
    );
    expect(await message({ table: "records", infer: true }, file)).to.match(/name one of them/);
    expect(await message({ rows: folder }, file, file)).to.match(/^Two files are named a\.csv/);
  });

  it("names the tables where there is none of a name", async () => {
    const { code, text } = await run([put("a.csv", good)], { table: "record" });
    expect(code).to.equal(1);
    expect(text).to.match(/refused: There is no table record in tables\/, only .*records/);
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { makeSplitter, splitAll, type Dialect } from "../../../../../scripts/table/infer/splitter";

const dialect: Dialect = {
  delimiter: ",",
  quote: '"',
  escape: "doubled",
  comment: "",
  blanksAroundQuotes: false,
  loneCarriageReturn: false,
};
const split = (text: string, more: Partial<Dialect> = {}) =>
  splitAll(Buffer.from(text), { ...dialect, ...more }, (bytes) => bytes.toString());
const fields = (text: string, more: Partial<Dialect> = {}) =>
  split(text, more).map((record) => record.fields);

describe("the splitter", () => {
  it("reads back what was written, whatever the fields hold", () => {
    const row = fc.array(fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é") }), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.constantFrom("\n", "\r\n", "\r\r\n"), (rows, end) => {
        const text = rows.map((r) => r.map((f) => `"${f.replaceAll('"', '""')}"`).join(",") + end).join("");
        expect(fields(text)).to.deep.equal(rows);
      }),
    );
  });

  it("finds the same records whatever pieces the bytes come in", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "1"), maxLength: 60 });
    fc.assert(
      fc.property(letters, fc.array(fc.nat(8)), (text, sizes) => {
        const seen: string[] = [];
        const splitter = makeSplitter(dialect, ({ bytes, from, to, count, line, malformed }) => {
          const found = Array.from({ length: count }, (_, i) =>
            bytes.subarray(from[i], to[i]).toString("hex"),
          );
          seen.push(`${line} ${String(malformed)} ${found.join()}`);
        });
        const bytes = Buffer.from(text);
        let at = 0;
        for (const size of sizes) splitter.push(bytes.subarray(at, (at += size)));
        splitter.push(bytes.subarray(at));
        splitter.end();
        const whole: string[] = [];
        const again = makeSplitter(dialect, ({ bytes: b, from, to, count, line, malformed }) => {
          const found = Array.from({ length: count }, (_, i) => b.subarray(from[i], to[i]).toString("hex"));
          whole.push(`${line} ${String(malformed)} ${found.join()}`);
        });
        again.push(bytes);
        again.end();
        expect(seen).to.deep.equal(whole);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes a quote within an unquoted field for a letter", () => {
    expect(fields('6" Sub,1\n')).to.deep.equal([['6" Sub', "1"]]);
  });

  it("ends a record with a stray quote at its line", () => {
    const [first, second] = split('"a"b,1\nc,2\n');
    expect(first?.malformed).to.equal(true);
    expect(second).to.deep.include({ fields: ["c", "2"], malformed: false, line: 2 });
  });

  it("takes a quote that is never closed for a mistake of one record", () => {
    const records = split('"a,1\nb,2\nc,3\n');
    expect(records.map(({ malformed }) => malformed)).to.deep.equal([true, false, false]);
  });

  it("closes no quote behind 256 KiB, and goes on behind its line", () => {
    const records = split(`"a,1\n${"b,2\n".repeat(100_000)}"c",3\n`);
    expect(records).to.have.lengthOf(100_002);
    expect(records.filter(({ malformed }) => malformed)).to.have.lengthOf(1);
  });

  it("knows lines, also those in quotes", () => {
    expect(split('a\n"b\nc"\nd\n').map(({ line, lines }) => [line, lines])).to.deep.equal([
      [1, 1],
      [2, 2],
      [4, 1],
    ]);
  });

  it("undoes a backslash before a quote", () => {
    expect(fields('"a\\"b",1\n', { escape: "backslash" })).to.deep.equal([['a"b', "1"]]);
  });

  it("leaves out lines of comments and a Ctrl-Z at the end", () => {
    expect(fields("# a,b\nc\n#\nd\n\x1a", { comment: "#" })).to.deep.equal([["c"], ["d"]]);
  });
});

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { writeSample } from "../../../../trials/sample/sample";

describe("the sample", () => {
  let dir: string;
  let file: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "groundwork-sample-"));
    file = join(dir, "sample.csv");
  });
  after(() => rmSync(dir, { recursive: true }));

  /** Counts the kinds of rows by other means than the facts. */
  function countKinds(text: string) {
    const records: string[][] = parse(text, { from_line: 2, record_delimiter: "\n" });
    const count = (matches: (fields: string[]) => boolean): number => records.filter(matches).length;
    return {
      rows: records.length,
      kinds: {
        quoted: text.match(/^\d*,"/gm)?.length ?? 0,
        lineBreaks: count(([, merchant]) => merchant?.includes("\n") === true),
        multibyte: count((fields) => /[^\0-\x7f]/.test(fields.join(","))),
        emptyMcc: count(([mcc]) => mcc === ""),
        negative: count(([, , , amount]) => amount?.startsWith("-") === true),
      },
    };
  }

  it("of the default size has the same bytes on every machine", async () => {
    const facts = await writeSample(file);
    const bytes = readFileSync(file);
    expect(createHash("sha256").update(bytes).digest("hex")).to.equal(
      "befce3f6a389538508c37e224fc3d398d7c9616e01ceeb2d8e5143bea454ea9f",
    );
    expect(facts.bytes).to.equal(bytes.length).and.equal(25_946_101);
    expect(facts.rows).to.equal(478_817);
    expect(facts.kinds).to.deep.equal({
      quoted: 23_941,
      lineBreaks: 2_405,
      multibyte: 14_766,
      emptyMcc: 9_493,
      negative: 14_365,
    });
  });

  it("has exactly the kinds of rows that it says, in the same shares at any size", async () => {
    const facts = await writeSample(file, 20_000);
    const text = readFileSync(file, "utf8");
    expect(countKinds(text)).to.deep.equal({ rows: facts.rows, kinds: facts.kinds });
    expect(facts.kinds).to.deep.equal({
      quoted: 1000,
      lineBreaks: 100,
      multibyte: 617,
      emptyMcc: 397,
      negative: 600,
    });
    expect(text.endsWith("\n")).to.equal(true);
  });

  it("has CRLF, escaped quotes and characters of two to four bytes in its merchants", async () => {
    await writeSample(file, 20_000);
    const text = readFileSync(file, "utf8");
    for (const part of [/"[^"\n]+\r\n[^"\n]+"/, / ""\S[^"\n]*"""/, /é/, /東/, /🍕/u])
      expect(text).to.match(part);
  });

  it("of no rows is a header", async () => {
    const facts = await writeSample(file, 0);
    expect(readFileSync(file, "utf8")).to.equal("mcc,merchant,currency,amount,transaction_date,card_type\n");
    expect(facts.bytes).to.equal(statSync(file).size);
  });

  it("with rejects is the sample without them, plus as many bad records at the offsets that it names", async () => {
    await writeSample(file, 500);
    const clean = readFileSync(file);
    const facts = await writeSample(file, 500, { rejects: 40 });
    let rest = readFileSync(file);
    const rejects = [...facts.rejectOffsets].reverse().map((offset) => {
      const end = rest.indexOf("\n", offset) + 1;
      const record = rest.toString("latin1", offset, end);
      rest = Buffer.concat([rest.subarray(0, offset), rest.subarray(end)]);
      return record;
    });
    expect(rest.equals(clean)).to.equal(true);
    expect(rejects).to.have.length(40);
    expect(rejects).to.include("5411,Caf\xe9 Latin,USD,10.00,2019-01-01,Credit\n");
    expect(facts.bytes).to.equal(statSync(file).size);
  });

  it("can be all rejects", async () => {
    const facts = await writeSample(file, 0, { rejects: 3 });
    expect(facts.rejectOffsets).to.have.length(3);
    expect(readFileSync(file, "latin1").split("\n")).to.have.length(5);
  });

  it("is not written where its folder is missing", async () => {
    const error = await writeSample(join(dir, "missing", "sample.csv"), 1).catch((e: unknown) => e);
    expect(error).to.be.an("error").with.property("code", "ENOENT");
  });
});

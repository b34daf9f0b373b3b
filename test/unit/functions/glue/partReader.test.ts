import { Readable } from "node:stream";
import { expect } from "chai";
import {
  type Opened,
  type PartRead,
  type PartRequest,
  answerRequest,
} from "../../../../functions/glue/partReader";
import { type Table, defineTable } from "../../../../functions/ingest/table";
import records from "../../../../tables/records";
import { expectFailure, inputs } from "../../../support/csvInputs";
import type { Input } from "../../../support/csvInputs/parts";
import { fieldsOf, piecesOf } from "../../../support/pieces";

const copyHead = 19;
const copyTail = 2;

interface Answered {
  readonly columns: [name: string, type: string][];
  readonly rows: (string | null)[][];
  readonly answer: Opened & Partial<PartRead>;
}

/** What the reader answers to a request, as Python would get it. */
async function ask(file: Buffer, table: Table, request: Partial<PartRequest>): Promise<Answered> {
  const past = { key: "a.csv", size: file.length, offset: 0, maxRejects: 1000, rows: 0, rejected: 0 };
  const asked = { step: "open", ...past, ...request } as const;
  const body = Readable.from(chunks(file.subarray(asked.step === "part" ? asked.offset : 0)));
  const frames: [string, Buffer][] = [];
  await answerRequest([table], asked, body, (kind, content) => frames.push([kind, Buffer.from(content)]));
  const of = (kind: string): Buffer[] =>
    frames.filter(([each]) => each === kind).map(([, content]) => content);
  const copy = Buffer.concat(of("D"));
  return {
    columns: JSON.parse(of("C")[0]?.toString() ?? "[]") as [string, string][],
    rows: rowsIn(copy.subarray(copyHead, Math.max(copyHead, copy.length - copyTail))),
    answer: JSON.parse(String(of("E")[0])) as Opened & PartRead,
  };
}

/** As binary COPY has them, in hex. */
const rowsIn = (bytes: Buffer): (string | null)[][] =>
  fieldsOf(bytes).map((row) => row.map((field) => field?.toString("hex") ?? null));

function* chunks(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; at += 10_000) yield Buffer.from(file.subarray(at, at + 10_000));
}

const splittable = ({ table = records, failure, file }: Input): boolean =>
  failure === undefined && table.format.footer === 0 && Buffer.from(file)[0] !== 0x1f;

/** Files that are decoded, and therefore read in one go. */
const recoded: readonly string[] = [
  "Latin-1 that is declared",
  "UTF-16 from Excel",
  "UTF-16 without a byte order mark",
  "UTF-16, big end first",
];

describe("The Glue job's reader of parts", () => {
  it("names a column's type as DDL has it", async () => {
    const kind = { name: "kind", type: { enum: "Kind of card", values: ["visa"] } };
    const table = defineTable({ name: "cards", columns: [kind] });
    const { columns } = await ask(Buffer.from("kind\nvisa\n"), table, { step: "whole" });
    expect(columns).to.deep.equal([["kind", '"Kind of card"']]);
  });

  for (const { what, file, table = records, rejects = [], failure } of inputs) {
    it(`reads ${what} in one go as the function does`, async () => {
      const content = Buffer.from(file);
      const { answer: opened } = await ask(content, table, {});
      const found = await ask(content, table, { step: "whole" });
      if (failure !== undefined) {
        expectFailure(opened.failure ?? found.answer.failure, failure);
        return;
      }
      const pieces = await piecesOf(file, table);
      const last = pieces.at(-1)!;
      expect(opened.failure).to.equal(undefined);
      expect(found.columns.map(([name]) => name)).to.deep.equal(last.columns);
      expect(found.rows).to.deep.equal(pieces.flatMap(({ bytes }) => rowsIn(bytes)));
      expect(found.answer.stop).to.equal(last.offset);
      expect(found.answer.rejects?.map(({ line, column, code }) => [line, column, code])).to.deep.equal(
        rejects,
      );
    });
  }

  for (const { what, file, table = records } of inputs.filter(splittable)) {
    it(`reads ${what} ${recoded.includes(what) ? "in one go" : "in parts of any size, each from where the one before stopped"}`, async () => {
      const content = Buffer.from(file);
      const { answer: opened } = await ask(content, table, {});
      expect(opened.whole).to.equal(recoded.includes(what));
      if (opened.whole) return;
      const layout = opened.layout!;
      const whole = await ask(content, table, { step: "whole" });
      for (const bytes of content.length > 100_000 ? [50_000, 300_001] : [1, 17, 60]) {
        const rows: unknown[] = [];
        const rejects: unknown[] = [];
        let { line } = layout;
        for (let at = opened.offset!; at < content.length;) {
          const end = Math.min(at + bytes, content.length);
          const part = await ask(content, table, { step: "part", offset: at, end, layout });
          expect(part.answer.start).to.equal(at);
          expect(part.answer.stop, `from ${at} to ${end}`).to.be.at.least(end);
          rows.push(...part.rows);
          rejects.push(...part.answer.rejects!.map((each) => ({ ...each, line: each.line + line })));
          line += part.answer.layout!.line;
          at = part.answer.stop!;
        }
        expect(rows).to.deep.equal(whole.rows);
        expect(rejects).to.deep.equal(whole.answer.rejects);
        expect(line).to.equal(whole.answer.layout!.line);
      }
    });
  }

  const header = "mcc,merchant,currency,amount,transaction_date,card_type\n";
  const row = "5411,Corner Market,EUR,1.50,2024-01-01,visa\n";
  const at = header.length;
  const part = async (text: string, request: Partial<PartRequest>) => {
    const file = Buffer.from(header + text);
    const { answer } = await ask(file, records, {});
    return ask(file, records, { step: "part", layout: answer.layout!, search: true, ...request });
  };

  it("finds the first good record behind a line end", async () => {
    const text = `${row}bad\n${row}${row}`;
    const found = await part(text, { offset: at + 3 });
    expect(found.answer).to.include({ start: at + row.length + 4, stop: at + text.length, rows: 2 });
    const next = await part(text, { offset: at + row.length + 3, end: at + row.length + 5 });
    expect(next.answer).to.include({ start: at + row.length + 4, rows: 1 });
  });

  it("answers with no start where no good record begins in the range", async () => {
    for (const [text, end] of [
      ["bad\n".repeat(9), undefined],
      [`${"bad\n".repeat(9)}${row}`, at + 20],
      ["x".repeat(400_000), undefined],
    ] as const) {
      const { answer, columns } = await part(text, { offset: at, ...(end !== undefined && { end }) });
      expect(answer).to.deep.equal({ rows: 0, rejects: [] });
      expect(columns).to.deep.equal([]);
    }
  });

  it("says which columns it sends, with their types, and leaves those out that the file lacks", async () => {
    const file = Buffer.from("amount,transaction_date,other\n1.5,2024-01-01,x\n");
    const { columns } = await ask(file, records, { step: "whole" });
    expect(columns).to.deep.equal([
      ["amount", "numeric(15,2)"],
      ["transaction_date", "date"],
    ]);
  });

  it("stops at one reject more than allowed, and counts a share only where all is read", async () => {
    const text = "bad\n".repeat(5);
    const { answer } = await part(text, { offset: at, search: false, maxRejects: 2 });
    expect(answer.rejects).to.have.length(3);
    expect(answer).to.not.have.property("stop");
    const share = defineTable({ ...records, maxRejects: "1%" });
    const file = Buffer.from(header + text);
    const { answer: opened } = await ask(file, share, {});
    const asked = { step: "part", offset: at, layout: opened.layout! } as const;
    expect((await ask(file, share, asked)).answer).to.include({ stop: file.length, rows: 0 });
    expect(opened.maxRejects).to.equal("1%");
  });

  it("fails where the file is cut short, and says so where no table takes the key", async () => {
    const file = Buffer.from(header + row);
    const { answer } = await ask(file, records, {});
    const asked = { step: "part", offset: at, layout: answer.layout!, size: 1000 } as const;
    await ask(file, records, asked).then(
      () => expect.fail("it read on"),
      (error: Error) =>
        expect(error.message).to.equal(`The file has 1000 bytes, and ${file.length} were sent`),
    );
    const cards = defineTable({ ...records, files: { prefix: "cards/" } });
    expect((await ask(file, cards, {})).answer).to.deep.equal({ failure: "a.csv: no table takes this key" });
    expect((await ask(file, cards, { key: "glue/cards/a.csv" })).answer.table).to.equal("records");
  });
});

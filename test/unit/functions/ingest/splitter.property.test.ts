import { Readable } from "node:stream";
import { expect } from "chai";
import * as fc from "fast-check";
import { records } from "../../../../functions/ingest/columns";
import type { Newline } from "../../../../functions/ingest/csv";
import type { RowEncoder } from "../../../../functions/ingest/encode";
import { readPieces } from "../../../../functions/ingest/pieces";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";

/** Every shape of field that RFC 4180 has, with the characters that readers trip over. */
const field = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({
    maxLength: 12,
    unit: fc.constantFrom('"', ",", "\n", "\r", "\r\n", " ", "a", "é", "漢", "🎉"),
  }),
);
const newlines = fc.constantFrom<Newline>("\n", "\r\n", "\r");
const rows = fc.array(fc.array(field, { minLength: 6, maxLength: 6 }), { maxLength: 25 });

/** All fields in quotes where they need them, or everywhere. */
function write(
  table: string[][],
  newline: Newline,
  options: { bom: boolean; final: boolean; quoteAll: boolean },
) {
  const quote = (text: string): string =>
    options.quoteAll || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [header, ...table.map((fields) => fields.map(quote).join(","))];
  return Buffer.from(
    (options.bom ? "\ufeff" : "") + lines.join(newline) + (options.final ? newline : ""),
    "utf8",
  );
}

interface Part {
  rows: string[][];
  offset: number;
  newline: Newline;
}

/** The pieces of a file from a checkpoint on, the body in parts of their own size. */
async function pieces(
  file: Buffer,
  from: { offset: number; newline: Newline | undefined },
  pieceBytes: number,
  partBytes: number,
): Promise<Part[]> {
  let added: string[][] = [];
  const encoder: RowEncoder = {
    add: (fields) => {
      added.push(fields.map((text) => Buffer.from(text, "latin1").toString("utf8")));
      return "";
    },
    reset: () => (added = []),
    take: () => ({ bytes: Buffer.alloc(0), rows: added.length }),
    giveBack: () => undefined,
  };
  const rest = file.subarray(from.offset);
  const parts = Array.from({ length: Math.ceil(rest.length / partBytes) }, (_, i) =>
    rest.subarray(i * partBytes, (i + 1) * partBytes),
  );
  const options = { table: records, pieceBytes, maxRecordBytes: 10_000, maxRejects: 0 };
  const found: Part[] = [];
  for await (const piece of readPieces(
    Readable.from(parts),
    { ...from, size: file.length },
    encoder,
    options,
  )) {
    expect(piece.failure).to.equal(undefined);
    found.push({ rows: added, offset: piece.offset, newline: piece.newline });
    added = [];
  }
  return found;
}

const sizes = fc.integer({ min: 1, max: 200 });
const shape = fc.record({ bom: fc.boolean(), final: fc.boolean(), quoteAll: fc.boolean() });

describe("The splitter of CSV files, for any file,", () => {
  it("finds the same rows whatever the size of its pieces and of the body's parts", async () => {
    await fc.assert(
      fc.asyncProperty(rows, newlines, shape, sizes, sizes, async (table, newline, options, piece, part) => {
        const file = write(table, newline, { ...options, final: options.final || table.length === 0 });
        const found = await pieces(file, { offset: 0, newline: undefined }, piece, part);
        expect(found.flatMap((each) => each.rows)).to.deep.equal(table);
        expect(found.at(-1)?.offset).to.equal(file.length);
      }),
      { numRuns: 300 },
    );
  });

  it("goes on from the end of any piece, with pieces of another size, at the very next row", async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        newlines,
        shape,
        sizes,
        sizes,
        fc.nat(),
        async (table, newline, options, a, b, n) => {
          const file = write(table, newline, { ...options, final: options.final || table.length === 0 });
          const first = await pieces(file, { offset: 0, newline: undefined }, a, b);
          const stop = n % first.length;
          const { offset, newline: known } = first[stop]!;
          fc.pre(offset < file.length);
          const before = first.slice(0, stop + 1).flatMap((each) => each.rows);
          const after = await pieces(file, { offset, newline: known }, b, a);
          expect([...before, ...after.flatMap((each) => each.rows)]).to.deep.equal(table);
        },
      ),
      { numRuns: 300 },
    );
  });
});

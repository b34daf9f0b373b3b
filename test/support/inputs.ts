import { expect } from "chai";
import { type Table, type TableDefinition, defineTable } from "../../functions/ingest/table";
import records from "../../tables/records";
import { read } from "./pieces";

export const header = "mcc,merchant,currency,amount,transaction_date,card_type";
export const corner = "5411,Corner Market,EUR,1.50,2024-01-01,visa";
export const coffee = "5812,Coffee,USD,3.20,2024-01-02,mastercard";
export const good = `${header}\n${corner}\n${coffee}\n`;
export const row = (
  mcc: string | null,
  merchant: string | null,
  currency: string | null,
  amount: string,
  date: string,
  card: string | null,
) => [mcc, merchant, currency, amount, date, card];
export const cornerRow = row("5411", "Corner Market", "EUR", "3.00", "2024-01-01", "visa");
const coffeeRow = row("5812", "Coffee", "USD", "6.40", "2024-01-02", "mastercard");
export const both = [cornerRow, coffeeRow];

/** The table records in another format. */
export const as = (format: TableDefinition["format"], amount: TableDefinition["format"] = {}): Table =>
  defineTable({
    ...records,
    format: { nulls: ["NULL", "\\N", "nan", "NaN"], ...format },
    columns: records.columns.map(({ format: _, ...column }) => ({
      ...column,
      ...(column.name === "amount" && { format: amount }),
    })),
  });

export interface Input {
  what: string;
  file: string | Buffer;
  table?: Table;
  rows?: (string | null)[][];
  /** Each as line, column and code. */
  rejects?: [line: number, column: string | undefined, code: string][];
  failure?: string | RegExp;
}

/** Tests that each file is read as it says, wherever it is cut into pieces. */
export function itReads(inputs: readonly Input[]): void {
  for (const { what, file, table = records, rows = [], rejects = [], failure } of inputs) {
    it(`reads ${what}`, async () => {
      for (const pieceBytes of [7, 1000, 10_000, 128 * 1024]) {
        if (pieceBytes < 5000 && file.length > 100_000) continue;
        const found = await read(file, table, { pieceBytes });
        const order = table.columns.map(({ name }) => name).filter((name) => found.columns.includes(name));
        expect(found.failure ?? "").to.match(failure instanceof RegExp ? failure : /.*/);
        if (!(failure instanceof RegExp)) expect(found.failure).to.equal(failure);
        expect([...found.columns].sort()).to.deep.equal([...order].sort());
        expect(found.rows, `pieces of ${pieceBytes}`).to.deep.equal(rows);
        expect(found.rejects.map(({ line, column, code }) => [line, column, code])).to.deep.equal(rejects);
      }
    });
  }
}

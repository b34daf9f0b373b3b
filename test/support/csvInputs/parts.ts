import { type Table, type TableDefinition, defineTable } from "../../../functions/ingest/table";
import records from "../../../tables/records";

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

/** A file, its table (records unless told), and the right outcome. */
export interface Input {
  what: string;
  file: string | Buffer;
  table?: Table;
  rows?: (string | null)[][];
  /** Each as line, column and code. */
  rejects?: [line: number, column: string | undefined, code: string][];
  failure?: string | RegExp;
}

export const amounts = (...written: string[]): string =>
  `${header}\n${written.map((amount) => `5411,x,EUR,${amount},2024-01-01,visa\n`).join("")}`;
export const dates = (...written: string[]): string =>
  `${header}\n${written.map((date) => `5411,x,EUR,1,${date},visa\n`).join("")}`;
export const amountRow = (amount: string) => row("5411", "x", "EUR", amount, "2024-01-01", "visa");
export const dateRow = (date: string) => row("5411", "x", "EUR", "2.00", date, "visa");

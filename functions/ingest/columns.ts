/** How a field of the file is read, checked and stored. */
export type ColumnType =
  /** PostgreSQL's int: -2147483648 to 2147483647. */
  | { readonly kind: "integer" }
  /** PostgreSQL's numeric(precision, scale), precision at most 15 and scale at most 12: see `Decimal`. */
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  /** PostgreSQL's date, written YYYY-MM-DD. */
  | { readonly kind: "date" }
  /** PostgreSQL's varchar(length); the length counts characters, not bytes. */
  | { readonly kind: "text"; readonly length: number };

export interface Column {
  /** The name in the file's header. */
  readonly header: string;
  /** The column of table `records`. */
  readonly column: string;
  readonly type: ColumnType;
  /** Whether an empty field is refused. Otherwise it is NULL, and for text the empty text. */
  readonly required: boolean;
}

/** The number units / 10^scale, exactly, as long as units stays within 2^53. */
export interface Decimal {
  readonly units: number;
  readonly scale: number;
}

/** A field once it is read: an integer, the days since 2000-01-01 of a date, a decimal, a text; null is NULL. */
export type Value = number | Decimal | string | null;

/** A record of the file in the order of `columns`. */
export type Row = [
  mcc: number | null,
  merchant: string | null,
  currency: string | null,
  amount: Decimal | null,
  transactionDate: number | null,
  cardType: string | null,
];

/**
 * What a file must hold: exactly this header, and records of these types. To load other files, change this list,
 * the type `Row`, `makeTransform` and the table (a new SQL file in functions/sql) together.
 */
export const columns: readonly Column[] = [
  { header: "mcc", column: "mcc", type: { kind: "integer" }, required: false },
  { header: "merchant", column: "merchant", type: { kind: "text", length: 100 }, required: false },
  { header: "currency", column: "currency", type: { kind: "text", length: 10 }, required: false },
  { header: "amount", column: "amount", type: { kind: "decimal", precision: 15, scale: 2 }, required: true },
  { header: "transaction_date", column: "transaction_date", type: { kind: "date" }, required: true },
  { header: "card_type", column: "card_type", type: { kind: "text", length: 50 }, required: false },
];

/**
 * Makes the pure function that stands between the file and the table: it doubles the amount (so did the research
 * that this reproduces). It may return a text instead of a row: the reason why the record must not be loaded.
 *
 * It is made by a function, and everything it uses stands inside, because it runs once a record: see values.ts.
 */
export function makeTransform(): (row: Readonly<Row>) => Row | string {
  const twice = ({ units, scale }: Decimal): Decimal => ({ units: 2 * units, scale });
  return ([mcc, merchant, currency, amount, transactionDate, cardType]) => {
    return [mcc, merchant, currency, amount && twice(amount), transactionDate, cardType];
  };
}

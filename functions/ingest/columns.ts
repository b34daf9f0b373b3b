/** How a field of the file is read, checked and stored. */
export type ColumnType =
  /** PostgreSQL's int: -2147483648 to 2147483647. */
  | { readonly kind: "integer" }
  /**
   * PostgreSQL's numeric(precision, scale), precision at most 15 and scale at most 12: see `Decimal`. What is stored
   * is the number `times` a whole number from -9 to 9, 1 unless told.
   */
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number; readonly times?: number }
  /** PostgreSQL's date, written YYYY-MM-DD. */
  | { readonly kind: "date" }
  /** PostgreSQL's varchar(length); the length counts characters, not bytes. */
  | { readonly kind: "text"; readonly length: number };

export interface Column {
  /** The name in the file's header. */
  readonly header: string;
  /** The column of the table. */
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

/**
 * What files hold and where it goes: one such definition is all that the loader knows of a table. From it follow the
 * header that a file must have, the checks, and the columns of the COPY.
 *
 * To load other files write another definition, a SQL file in functions/sql with its table, and hand the definition
 * to `ingestHandler` in infra/ingest/ingest.ts. A test holds each column's type against the table (test/local/functions/ingest/table.test.ts).
 */
export interface TableDefinition<R extends readonly Value[] = readonly Value[]> {
  /** The table's name, in the schema `public`. */
  readonly table: string;
  /** Exactly the file's header, in its order. */
  readonly columns: readonly Column[];
  /**
   * Makes the pure function that stands between the file and the table. It gets the values in the order of the
   * columns and may return a text instead of a row: the reason why the record must not be loaded.
   *
   * It is made by a function, and everything it uses stands inside, because it runs once a record: see values.ts.
   */
  readonly makeTransform: () => (row: R) => R | string;
  /** Whether the transform is a function of its own, which only the Lambda road can run: see `sharedDefinition`. */
  readonly ownTransform: boolean;
}

type Definition<R extends readonly Value[]> = Pick<TableDefinition<R>, "table" | "columns"> &
  Partial<Pick<TableDefinition<R>, "makeTransform">>;

/**
 * A definition whose transform has names and types for its row's values. Without one of its own it does what the
 * columns say: multiplies.
 */
export function defineTable<R extends readonly Value[]>(definition: Definition<R>): TableDefinition {
  const { table, columns, makeTransform } = definition;
  return {
    table,
    columns,
    makeTransform: (makeTransform as TableDefinition["makeTransform"] | undefined) ?? multiply(columns),
    ownTransform: makeTransform !== undefined,
  };
}

/** The transform that the columns describe. Both roads have it: this one, and functions/glue/values.py. */
function multiply(columns: readonly Column[]): TableDefinition["makeTransform"] {
  return () => {
    const factors = columns.map(({ type }) => (type.kind === "decimal" ? (type.times ?? 1) : 1));
    return (row) => {
      const changed = row.slice();
      for (let i = 0; i < factors.length; i++) {
        const factor = factors[i]!;
        const value = changed[i]!;
        if (factor === 1 || value === null || typeof value !== "object") continue;
        changed[i] = { units: factor * value.units, scale: value.scale };
      }
      return changed;
    };
  };
}

/**
 * The definition as data, for the road that isn't written in TypeScript: the Glue job reads it as JSON.
 *
 * @throws Error for a transform that is a function: it would have to be written a second time, in Python.
 */
export function sharedDefinition({ table, columns, ownTransform }: TableDefinition): object {
  if (ownTransform) {
    throw new Error(
      `The transform of ${table} is a function, which the Glue job can't run: leave makeTransform out, or ingest:glue`,
    );
  }
  return { table, columns };
}

/** Card transactions; the amount is doubled (so did the research that this reproduces). */
export const records = defineTable({
  table: "records",
  columns: [
    { header: "mcc", column: "mcc", type: { kind: "integer" }, required: false },
    { header: "merchant", column: "merchant", type: { kind: "text", length: 100 }, required: false },
    { header: "currency", column: "currency", type: { kind: "text", length: 10 }, required: false },
    {
      header: "amount",
      column: "amount",
      type: { kind: "decimal", precision: 15, scale: 2, times: 2 },
      required: true,
    },
    { header: "transaction_date", column: "transaction_date", type: { kind: "date" }, required: true },
    { header: "card_type", column: "card_type", type: { kind: "text", length: 50 }, required: false },
  ],
});

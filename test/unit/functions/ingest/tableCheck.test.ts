import { expect } from "chai";
import { type TableDefinition, defineTable } from "../../../../functions/ingest/table";

type Parts = Partial<Record<keyof TableDefinition, unknown>>;

const a = { name: "a", type: "integer" } as const;
const column = (more: object): Parts => ({ columns: [{ ...a, ...more }] });
const replace = { key: ["a"], sameFile: "replace" } as const;

/** All that a key of the format may be, where those are words or signs. */
const choices: Readonly<Record<string, readonly unknown[]>> = {
  quote: ['"', "'", ""],
  escape: ["doubled", "backslash"],
  encoding: ["utf-8", "utf-16", "latin1", "windows-1252"],
  header: ["names", "none"],
  extraColumns: ["leave out", "refuse"],
  missingColumns: ["null", "refuse"],
  repeatedHeader: ["skip", "reject"],
  emptyRows: ["skip", "load"],
  shortRows: ["reject", "null"],
  longRows: ["reject", "cut"],
  trim: [true, false],
  decimal: [".", ","],
  thousands: ["", ",", ".", " ", "'"],
  parentheses: [true, false],
  bytea: ["hex", "base64"],
  excelText: [true, false],
};
/** What goes with it: one sign can't be for decimals and for thousands. */
const beside = (key: string, value: unknown): object =>
  key === "thousands" && value === "." ? { decimal: "," } : {};

/** Each rule at its border: the last that is taken, and the first that isn't, with what is said of it. */
const borders: readonly (readonly [taken: Parts, refused: Parts, says: string])[] = [
  [{ name: "n".repeat(63) }, { name: "n".repeat(64) }, "name: must be a name of PostgreSQL's"],
  [{ files: { pattern: "**/*" } }, { files: { pattern: "***" } }, "files.pattern: may have *, ** and ?"],
  [{ format: { skipLines: 10_000 } }, { format: { skipLines: 10_001 } }, "from 0 to 10000"],
  [{ format: { skipLines: "auto" } }, { format: { skipLines: "all" } }, "from 0 to 10000"],
  [{ format: { footer: 0 } }, { format: { footer: -1 } }, "from 0 to 10000"],
  [{ format: { footer: 1 } }, { format: { footer: 1.5 } }, "from 0 to 10000"],
  [{ format: { delimiter: "x" } }, { format: { delimiter: "€" } }, "must be one ASCII character"],
  [{ format: { delimiter: "\t" } }, { format: { delimiter: "\n" } }, "must be one ASCII character"],
  [{ format: { delimiter: "auto" } }, { format: { delimiter: "any" } }, "must be one ASCII character"],
  [
    { format: { comment: "\\", escape: "doubled" } },
    { format: { comment: "\\", escape: "backslash" } },
    'format: "\\\\" has two meanings',
  ],
  [{ format: { trim: undefined } }, { format: { trimmed: undefined } }, "format: there is no trimmed"],
  [
    { files: { prefix: "in/" } },
    { files: { suffix: ".csv" } },
    "files: there is no suffix, only prefix, pattern",
  ],
  [{ format: { comment: "" } }, { format: { comment: "//" } }, "format.comment: must be one ASCII"],
  [{ format: { comment: "#" } }, { format: { comment: 1 } }, "format.comment: must be one ASCII"],
  [
    { format: { nulls: ["x".repeat(31)] } },
    { format: { nulls: ["x".repeat(32)] } },
    "nulls: must be texts of at most 31 bytes",
  ],
  [{ format: { nulls: ["NULL"] } }, { format: { nulls: "NULL" } }, "must be a list of texts"],
  [{ format: { nulls: [""] } }, { format: { nulls: [0] } }, "must be a list of texts"],
  [{ format: { currency: ["€"] } }, { format: { currency: [""] } }, "must be signs without digits"],
  [{ format: { currency: ["CHF"] } }, { format: { currency: ["C H F"] } }, "must be signs without digits"],
  [{ format: { timestamps: "ISO" } }, { format: { dates: "ISO" } }, "must be a pattern"],
  [{ format: { dates: "D/M/YY" } }, { format: { dates: "D/YY" } }, "must have M"],
  [{ format: { timestamps: "M/D/YY h:mm A" } }, { format: { timestamps: "M/D/YY mm A" } }, "must have H"],
  [{ format: { dates: "YYYY MM DD" } }, { format: { dates: "YYYY年MM月DD" } }, "must have Y, M, D"],
  [{ format: { zone: "+02:00" } }, { format: { zone: 2 } }, "must be a zone's IANA name"],
  [
    { format: { booleans: { true: ["y"], false: ["n"] } } },
    { format: { booleans: { true: ["y"] } } },
    'must be { true: ["…"], false: ["…"] }',
  ],
  [column({ type: "numeric(1000)" }), column({ type: "numeric(1001)" }), "1 to 1000 digits"],
  [column({ type: "numeric(1)" }), column({ type: "numeric(0)" }), "1 to 1000 digits"],
  [
    column({ type: "varchar(10485760)" }),
    column({ type: "varchar(10485761)" }),
    "a length is from 1 to 10485760",
  ],
  [column({ type: "varchar(1)" }), column({ type: "varchar(0)" }), "a length is from 1 to 10485760"],
  [column({ type: "numeric", times: 9 }), column({ type: "numeric", times: 10 }), "from -9 to 9"],
  [column({ type: "numeric", times: -9 }), column({ type: "numeric", times: -10 }), "from -9 to 9"],
  [column({ type: "numeric(5,1000)" }), column({ type: "numeric(5,1001)" }), "from -1000 to 1000"],
  [column({ type: "numeric(5,-1000)" }), column({ type: "numeric(5,-1001)" }), "from -1000 to 1000"],
  [column({ type: "numeric(5)" }), column({ type: "numeric(5,2,1)" }), "is no type"],
  [
    column({ type: { enum: "size", values: ["S", "M"] } }),
    column({ type: { enum: "", values: ["S", "M"] } }),
    "an enumeration needs a name of PostgreSQL's",
  ],
  [
    column({ type: { enum: "size", values: ["S"] } }),
    column({ type: { enum: "size", values: ["S", "S"] } }),
    "S is a value twice",
  ],
  [column({ name: "\u0001" }), column({ name: "a\0" }), "must have a name of PostgreSQL's"],
  [column({ times: 1 }), column({ times: 2 }), "only a numeric can be multiplied"],
  [column({ header: "x" }), column({ header: " " }), "header must not be empty"],
  [{ key: ["a"] }, { key: ["a", "a"] }, "key: a is there twice"],
  [
    { transform: { columns: ["a"], make: () => String } },
    { transform: { columns: ["a", "a"], make: () => String } },
    "transform.columns: a is there twice",
  ],
  [
    { transform: { columns: ["a"], make: () => String } },
    { transform: { columns: ["a"], make: "upper" } },
    "transform.make: must be a function",
  ],
  [{ sameFile: "append" }, { sameFile: "twice" }, "sameFile: must be one of"],
  [{ sameRow: "fail" }, { sameRow: "ignore" }, "sameRow: must be one of"],
  [{ sameRow: "skip", key: ["a"] }, { sameRow: "skip" }, "sameRow: needs a key"],
  [{ sameRow: "update", key: ["a"] }, { sameRow: "update" }, "sameRow: needs a key"],
  [{ ...replace, sameRow: "update" }, { ...replace, sameRow: "skip" }, 'sameFile "replace" with a key'],
  [{ sameFile: "replace" }, replace, 'sameFile "replace" with a key'],
  [{ lineage: { file: "f" } }, { lineage: { file: "a" } }, "lineage: a is no new column's name"],
  [{ lineage: { file: "f", line: "l" } }, { lineage: { file: "f", line: "f" } }, "lineage: f is there twice"],
  [
    { lineage: { line: "l" } },
    { lineage: { row: "r" } },
    "lineage: there is no row, only file, line, time, parts",
  ],
  [
    { lineage: { parts: { day: "d" } } },
    { lineage: { parts: { day: "a" } } },
    "lineage: a is no new column's name",
  ],
  [
    { lineage: { parts: { day: { name: "d", type: "date" } } } },
    { lineage: { parts: { day: { name: "d", type: "money" } } } },
    'column d: "money" is no type',
  ],
  [
    { lineage: { parts: { day: { name: "d", type: "date" } } } },
    { lineage: { parts: { day: { name: "a", type: "date" } } } },
    "lineage: a is no new column's name",
  ],
  [{ lineage: { time: "t" } }, { lineage: { time: "ingest_job" } }, "every table has this column by itself"],
  [column({ name: "job" }), column({ name: "ingest_job" }), "every table has this column by itself"],
  [{ maxRejects: 0 }, { maxRejects: -1 }, "must be a whole number or a share"],
  [{ maxRejects: 1 }, { maxRejects: 1.5 }, "must be a whole number or a share"],
  [{ maxRejects: "100%" }, { maxRejects: "100.1%" }, "must be a whole number or a share"],
  [{ maxRejects: "0.5%" }, { maxRejects: "5" }, "must be a whole number or a share"],
  [{ maxRecordBytes: 1024 }, { maxRecordBytes: 1023 }, "from 1024 to 67108864"],
  [{ maxRecordBytes: 2 ** 26 }, { maxRecordBytes: 2 ** 26 + 1 }, "from 1024 to 67108864"],
];

/** What else a definition can't say. */
const wrong: readonly (readonly [what: string, definition: object, message: RegExp])[] = [
  ["an unknown key", { colums: [] }, /there is no colums, only name, files/],
  ["no columns", { columns: [] }, /columns: must be a list of at least one/],
  ["a type that there is not", { columns: [{ name: "a", type: "money" }] }, /column a: "money" is no type/],
  ["a type of JavaScript's", { columns: [{ name: "a", type: "constructor" }] }, /is no type/],
  [
    "brackets that a type has not",
    { columns: [{ name: "a", type: "integer(3)" }] },
    /too many numbers in brackets/,
  ],
  ["a text times two", column({ type: "text", times: 2 }), /only a numeric can be multiplied/],
  [
    "an empty enumeration",
    { columns: [{ name: "a", type: { enum: "e", values: [] } }] },
    /an enumeration's values/,
  ],
  [
    "two columns of a name",
    { columns: [a, a] },
    /column a: there are two[^]*header "a": two columns have it/,
  ],
  [
    "a delimiter of two characters",
    { format: { delimiter: ";;" } },
    /format.delimiter: must be one ASCII character/,
  ],
  ["a delimiter that is the quote", { format: { delimiter: '"' } }, /format: "\\"" has two meanings/],
  [
    "one sign for decimals and thousands",
    { format: { thousands: "." } },
    /decimal and thousands are both "."/,
  ],
  ["a date without a day", { format: { dates: "YYYY-MM" } }, /format.dates: must have D/],
  [
    "a timestamp without minutes",
    { format: { timestamps: "YYYY-MM-DD HH" } },
    /format.timestamps: must have mm/,
  ],
  ["a zone that there is not", { format: { zone: "Europe/Atlantis" } }, /format.zone: must be/],
  ["words for both", { format: { booleans: { true: ["Y"], false: ["y"] } } }, /has y for true and for false/],
  [
    "an encoding that there is not",
    { format: { encoding: "ebcdic" } },
    /format.encoding: must be one of "utf-8"/,
  ],
  [
    "a file's format in a column",
    { columns: [{ ...a, format: { delimiter: ";" } }] },
    /column a: format: there is no delimiter/,
  ],
  ["a key that is no column", { key: ["b"] }, /key: there is no column b/],
  [
    "a transform of no column",
    { transform: { columns: ["b"], make: () => (x: unknown) => x } },
    /transform.columns: there is no column b/,
  ],
  ["rejects in words", { maxRejects: "many" }, /maxRejects: must be a whole number or a share/],
  ["records of nothing", { maxRecordBytes: 1 }, /maxRecordBytes: must be/],
];

const define = (parts: Parts) => () => defineTable({ name: "t", columns: [a], ...(parts as object) });
const shown = (parts: Parts): string => {
  const text = JSON.stringify(parts);
  return text.length > 90 ? `${text.slice(0, 90)}…` : text;
};

describe("The check of a table's definition", () => {
  for (const [key, values] of Object.entries(choices)) {
    it(`takes ${values.map((value) => JSON.stringify(value)).join(", ")} for ${key}, and nothing else`, () => {
      const take = (value: unknown) => define({ format: { ...beside(key, value), [key]: value } });
      for (const value of values) expect(take(value), String(value)).to.not.throw();
      for (const value of ["x", 1, null])
        expect(take(value), String(value)).to.throw(
          `format.${key}: must be one of ${JSON.stringify(values[0])}`,
        );
    });
  }

  for (const [taken, refused, says] of borders) {
    it(`takes ${shown(taken)}, and not ${shown(refused)}`, () => {
      expect(define(taken)).to.not.throw();
      expect(define(refused)).to.throw(says);
    });
  }

  for (const [what, definition, message] of wrong) {
    it(`refuses ${what}`, () => {
      expect(define(definition)).to.throw(message);
    });
  }

  it("names all problems at once", () => {
    expect(define({ name: "", ...column({ type: "x" }), sameRow: "skip" })).to.throw(
      /name: must be[^]*column a: "x"[^]*sameRow/,
    );
  });
});

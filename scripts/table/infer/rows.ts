import { isBlank } from "./dialect";
import { compareRecord, type Layout } from "./layout";
import type { TextRecord } from "./splitter";

/** What becomes of records that haven't the header's width, and what the columns are called. */
export interface RowRules {
  /** One name a column, "" for a nameless one. */
  readonly headers: readonly string[];
  /** The header doesn't name the columns one by one: they go by their place. */
  readonly headerMisfits: boolean;
  readonly shortRows: "reject" | "null";
  readonly longRows: "reject" | "cut";
  readonly decided: readonly { readonly about: string; readonly value: string; readonly because: string }[];
  readonly unsure: readonly string[];
}

/** Decides from a sample: short rows are filled up only where it is plain that what they lack is at their end. */
export function decideRows(records: readonly TextRecord[], layout: Layout): RowRules {
  const first = layout.linesBefore;
  const body = records.filter((record) => record.line > first && !isBlank(record) && !record.malformed);
  const named = nameColumns(layout, body);
  const width = named.headers.length;
  const short = body.filter(({ fields }) => fields.length < width);
  const long = body.filter(({ fields }) => fields.length > width);
  const fitting = short.filter((record) => {
    const { agree, differ } = compareRecord(record, layout);
    return agree.length > 0 && differ.length === 0;
  });
  const often = short.length >= 3 || short.length === body.length;
  const fill =
    often && fitting.length >= short.length * 0.9 && short.every(({ fields }) => fields.length >= width / 2);
  const cut =
    long.length > 0 &&
    long.every(({ fields }) => fields.slice(width).every((field) => field.trim() === "")) &&
    long.some(({ fields }) => fields.length > width + 1 || fields[width] !== "");
  return {
    ...named,
    shortRows: fill && short.length > 0 ? "null" : "reject",
    longRows: cut ? "cut" : "reject",
    decided: cut ? [{ about: "long rows", value: "cut", because: "what they have more is blank" }] : [],
    unsure:
      fill && short.length > 0
        ? [
            ...named.unsure,
            `Rows of less than ${width} fields, such as line ${short[0]?.line}, are filled up with NULL: those that they have fit their columns`,
          ]
        : named.unsure,
  };
}

function nameColumns(
  { names, width, header }: Layout,
  body: readonly TextRecord[],
): Pick<RowRules, "headers" | "headerMisfits" | "unsure"> {
  const nameless = Array.from({ length: width }, () => "");
  if (header.length === 0) return { headers: nameless, headerMisfits: false, unsure: [] };
  const trimmed = [...names];
  while (trimmed.length > width && trimmed[trimmed.length - 1] === "") trimmed.pop();
  if (trimmed.length === width) return { headers: trimmed, headerMisfits: false, unsure: [] };
  if (trimmed.length > width) {
    const filled = trimmed.filter((name) => name !== "");
    if (filled.length === width)
      return {
        headers: filled,
        headerMisfits: true,
        unsure: [
          `The header has ${trimmed.length} fields and the records ${width}: its nameless ones are taken for a mistake`,
        ],
      };
    return {
      headers: trimmed,
      headerMisfits: false,
      unsure: [`The header has ${trimmed.length} fields and most records ${width}`],
    };
  }
  const extra = body.filter(({ fields }) => fields.length === width);
  if (extra.every(({ fields }) => fields.slice(trimmed.length).every((field) => field.trim() === "")))
    return { headers: trimmed, headerMisfits: false, unsure: [] };
  if (width === trimmed.length + 1 && areRowNames(header, extra))
    return {
      headers: ["", ...trimmed],
      headerMisfits: true,
      unsure: [
        "The header has a field less than the records: their first one, a name of the row as R writes it, is taken for the nameless one",
      ],
    };
  return {
    headers: nameless,
    headerMisfits: true,
    unsure: [
      `The header has ${trimmed.length} fields and the records ${width}: its names are left out, and columns go by their place`,
    ],
  };
}

/** R gives each row a name of its own, quotes all names, and has none for their column. */
function areRowNames(header: readonly TextRecord[], body: readonly TextRecord[]): boolean {
  const names = new Set(body.map(({ fields }) => fields[0]));
  return (
    names.size === body.length &&
    header.every(({ quoted }) => quoted.every((is) => is)) &&
    body.every(({ quoted }) => quoted[0] === true)
  );
}

import type { Table } from "../table";
import { headerKey } from "../tableCheck";
import { foreignText } from "./foreign";
import { type Layout, trimsAll } from "./plan";

/** What is read of a file's start to find its header. */
export const headerBytes = 64 * 1024;
const headerLines = 30;
const delimiters = [",", ";", "\t", "|"];

/** Where the records begin, and how they are laid out; or why the file can't be loaded, in words. */
export type Found = { readonly layout: Layout; readonly end: number } | { readonly problem: string };

/** A line of names, as one delimiter makes it, beside what the table asks for. */
interface Candidate {
  readonly delimiter: string;
  readonly columns: readonly (string | null)[];
  readonly names: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly matched: number;
  /** Why it is not the header. */
  readonly problems: readonly string[];
}

/**
 * Finds the header in a file's first bytes, behind a byte order mark, a `sep=` line and what else precedes it. Answers
 * undefined where more bytes are needed to tell.
 */
export function findHeader(bytes: Buffer, atEnd: boolean, table: Table, decoded: boolean): Found | undefined {
  // Less than that is enough where it has a line of all the table's names: no other could be taken for the header.
  const partial = !atEnd && bytes.length < headerBytes;
  const { format } = table;
  // One character a byte, so that places in the text are places in the file.
  const text = bytes.toString("latin1", 0, headerBytes);
  let start = text.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
  if (start >= text.length) return partial ? undefined : { problem: "the file is empty" };
  let line = 0;
  const skipLine = (): void => {
    start = lineAt(text, start).next;
    line++;
  };
  const separator =
    format.skipLines === "auto"
      ? /^"?sep=(.)"?\r*(\n|$)/.exec(text.slice(start, start + 20))?.[1]
      : undefined;
  if (separator !== undefined) skipLine();
  for (let i = 0; typeof format.skipLines === "number" && i < format.skipLines; i++) skipLine();
  const declared = separator ?? format.delimiter;
  const fixed = { line, decoded, newline: newlineOf(text, start) };
  // Behind a \r two more bytes tell what ends the line.
  if (partial && lineAt(text, start).next + 2 > text.length) return undefined;
  if (format.header === "none") {
    const foreign = foreignText(text.slice(start));
    if (foreign !== undefined) return { problem: `the file is ${foreign}` };
    const columns = table.columns.map(({ name }) => name);
    const delimiter = declared === "auto" ? mostFields(text, start, table) : declared;
    return { layout: { ...fixed, delimiter, columns, spare: 0, header: "" }, end: start };
  }
  const tried = declared === "auto" ? delimiters : [declared];
  const candidates = candidatesOf(text, start, table, tried);
  const best = bestOf(candidates);
  if (partial && (best?.matched !== table.columns.length || best.next + 2 > text.length)) return undefined;
  if (best === undefined || best.problems.length > 0) {
    return { problem: headerProblem(text, start, table, declared, best) };
  }
  const before = text.slice(start, best.start).split("\n").length - 1;
  const inside = text.slice(best.start, best.next).split("\n").length - 1;
  const names = best.names;
  let spare = 0;
  while (spare < names.length && names[names.length - 1 - spare] === "") spare++;
  return {
    layout: {
      ...fixed,
      newline: newlineOf(text, best.end),
      delimiter: best.delimiter,
      columns: best.columns,
      spare,
      header: Buffer.from(text.slice(best.start, best.end), "latin1").toString("utf8"),
      line: line + before + (inside > 0 ? inside : 1),
    },
    end: best.next,
  };
}

function candidatesOf(text: string, from: number, table: Table, tried: readonly string[]): Candidate[] {
  const found: Candidate[] = [];
  const known = table.columns.map(({ header }) => headerKey(header));
  const most = table.format.skipLines === "auto" ? headerLines : 1;
  for (let at = from, line = 0; line < most && at < text.length; line++) {
    for (const delimiter of tried) {
      const split = splitRecord(text, at, delimiter, table);
      if (split === undefined) continue;
      const candidate = { delimiter, start: at, ...split, ...match(split.names, table, known) };
      found.push(candidate);
      // No other line can have more.
      if (candidate.matched === known.length && candidate.problems.length === 0) return found;
    }
    const next = lineAt(text, at).next;
    // A comment is no try.
    if (table.format.comment !== "" && text.startsWith(table.format.comment, at)) line--;
    at = next;
  }
  return found;
}

/** The one of the most names; of several the first, and the one without problems. */
function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const each of candidates) {
    if (each.matched === 0) continue;
    const better =
      best === undefined ||
      (each.problems.length === 0 && best.problems.length > 0) ||
      ((each.problems.length === 0) === (best.problems.length === 0) && each.matched > best.matched);
    if (better) best = each;
  }
  return best;
}

/** @param known the headers of the table's columns, as they are compared. */
function match(
  names: readonly string[],
  table: Table,
  known: readonly string[],
): Pick<Candidate, "columns" | "matched" | "problems"> {
  const { format } = table;
  const columns = names.map((name) => table.columns[known.indexOf(headerKey(name))]?.name ?? null);
  const shown = (list: readonly string[]): string =>
    list.map((name) => (name === "" ? '""' : name)).join(", ");
  const missing = table.columns.filter(
    ({ name, required }) => !columns.includes(name) && (required || format.missingColumns === "refuse"),
  );
  const twice = names.filter((_, i) => columns[i] !== null && columns.indexOf(columns[i]!) < i);
  const unknown = names.filter((name, i) => columns[i] === null && name.trim() !== "");
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`missing: ${shown(missing.map(({ header }) => header))}`);
  if (twice.length > 0) problems.push(`twice: ${shown(twice)}`);
  if (unknown.length > 0 && (format.extraColumns === "refuse" || problems.length > 0))
    problems.push(`unknown: ${shown(unknown)}`);
  return { columns, matched: columns.filter((name) => name !== null).length, problems };
}

function headerProblem(
  text: string,
  start: number,
  table: Table,
  declared: string,
  best: Candidate | undefined,
): string {
  const foreign = foreignText(text.slice(start));
  if (foreign !== undefined) return `the file is ${foreign}`;
  const others = delimiters.filter((each) => each !== declared && declared !== "auto");
  const other = bestOf(candidatesOf(text, start, table, others));
  if (other !== undefined && (best === undefined || other.matched > best.matched) && other.matched > 1) {
    const found = JSON.stringify(other.delimiter);
    return `the delimiter is ${found} and not ${JSON.stringify(declared)}: in tables/${table.name}.ts say format: { delimiter: ${found} }, or "auto" for both. ${ownTable}`;
  }
  if (best !== undefined)
    return `the file's header doesn't fit the table ${table.name}: ${best.problems.join("; ")}. ${fixIn(table.name)}`;
  const line = Buffer.from(text.slice(start, lineAt(text, start).end), "latin1").toString("utf8");
  const shown = line.length > 80 ? `${line.slice(0, 80)}…` : line;
  const wanted = table.columns.filter(({ required }) => required).map(({ header }) => header);
  const names = (wanted.length > 0 ? wanted : table.columns.map(({ header }) => header)).join(", ");
  return `the file has no header of the table ${table.name}: missing: ${names}; its first line is ${JSON.stringify(shown)}. ${fixIn(table.name)}`;
}

/** What to do about a file that a table doesn't take: said with the problem, because it is read far from the code. */
const fixIn = (name: string): string =>
  `In tables/${name}.ts a column's header is its name in files; required, missingColumns, extraColumns and header: "none" say what may be otherwise. ${ownTable}`;
const ownTable = "npm run table -- new FILE --name NAME makes a table for such files";

/** The fields of the record at `start`, which need not end in the text; undefined where its quotes are wrong. */
function splitRecord(text: string, start: number, delimiter: string, table: Table) {
  const { quote } = table.format;
  const blank = trimsAll(table) && delimiter !== " " ? " " : "";
  const names: string[] = [];
  for (let at = start; ;) {
    let name: string;
    let open = at;
    while (text[open] === blank) open++;
    if (quote !== "" && text.startsWith(quote, open)) {
      let close = text.indexOf(quote, open + 1);
      while (close >= 0 && text[close + 1] === quote) close = text.indexOf(quote, close + 2);
      if (close < 0) return undefined;
      name = text.slice(open + 1, close).replaceAll(quote + quote, quote);
      at = close + 1;
      while (text[at] === " ") at++;
      if (at < text.length && text[at] !== delimiter && !/[\r\n]/.test(text[at]!)) return undefined;
    } else {
      const { end } = lineAt(text, at);
      const next = text.indexOf(delimiter, at);
      const stop = next < 0 || next > end ? end : next;
      name = text.slice(at, stop);
      at = stop;
    }
    names.push(Buffer.from(name, "latin1").toString("utf8").trim());
    if (text[at] === delimiter) {
      at++;
      continue;
    }
    return { names, end: at, next: lineAt(text, at).next };
  }
}

/** The end of the line at `from`, and where the next begins: behind \n, \r\n, \r\r\n, or \r where it stands alone. */
function lineAt(text: string, from: number): { end: number; next: number } {
  const found = /\r{0,2}\n|\r/g;
  found.lastIndex = from;
  const end = found.exec(text);
  return end ? { end: end.index, next: found.lastIndex } : { end: text.length, next: text.length };
}

function newlineOf(text: string, from: number): Layout["newline"] {
  const { end, next } = lineAt(text, from);
  if (text[end] !== "\r") return "\n";
  return text[next - 1] === "\n" ? "\r\n" : "\r";
}

/** Of a file without a header: the delimiter that makes the most fields of its first line. */
function mostFields(text: string, start: number, table: Table): string {
  const counts = delimiters.map((each) => splitRecord(text, start, each, table)?.names.length ?? 0);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

import { printable } from "./printable";
import { type Out, widthOf } from "./terminal";

/**
 * Rows of cells as a text each, each column as wide as its widest cell.
 *
 * @param numbers the columns that stand to the right, counted from 0
 * @param width of a row whose last cell goes beyond it the text has further lines, between words, where that cell stands or,
 *   should less than 20 characters be left there, below the row
 */
export function columns(
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
  width = Infinity,
): string[] {
  return padded(rows, (column) => numbers.includes(column)).map((cells) => {
    const line = cells.join("  ").trimEnd();
    const last = cells.at(-1)?.trim() ?? "";
    if (line.length <= width || last === "" || cells.length === 1) return line;
    const before = line.slice(0, -last.length);
    const below = width - before.length < 20;
    const indent = below ? 4 : before.length;
    const words = new RegExp(`\\S.{0,${width - indent - 1}}(?=\\s|$)|\\S+`, "g");
    const wrapped = (last.match(words) ?? []).join(`\n${" ".repeat(indent)}`);
    return below ? `${before.trimEnd()}\n    ${wrapped}` : before + wrapped;
  });
}

/** Writes rows in columns, no wider than the terminal where that can be. */
export function writeColumns(
  rows: readonly (readonly string[])[],
  out: Out,
  numbers: readonly number[] = [],
): void {
  for (const line of columns(rows, numbers, widthOf(out))) out.write(`${line}\n`);
}

/** A table of Markdown: the first column is of texts, the others are of numbers. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = (column: number): boolean => column > 0;
  const [head = [], ...body] = padded([titles, ...rows], isNumber);
  const rule = head.map(({ length }, column) =>
    isNumber(column) ? `${"-".repeat(length - 1)}:` : "-".repeat(length),
  );
  return [head, rule, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function padded(
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean,
): readonly string[][] {
  const widths: number[] = [];
  const printed = rows.map((row) => row.map(printable));
  for (const row of printed) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  return printed.map((row) =>
    row.map((cell, column) =>
      isRight(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    ),
  );
}

import { printable } from "./printable";

/**
 * Rows of cells as lines of text, each column as wide as its widest cell.
 *
 * @param numbers the columns that stand to the right, counted from 0
 */
export function columns(rows: readonly (readonly string[])[], numbers: readonly number[] = []): string[] {
  return padded(rows, (column) => numbers.includes(column)).map((cells) => cells.join("  ").trimEnd());
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

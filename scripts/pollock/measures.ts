/** Precision, recall and their harmonic mean, each 0 to 1. */
export type Measure = readonly [precision: number, recall: number, f1: number];

/** How much of what should be there is, as multisets: an item that is there once too often counts against it once. */
export function measure(wanted: readonly string[], loaded: readonly string[]): Measure {
  if (wanted.length === 0) return [1, 1, 1];
  const left = new Map<string, number>();
  for (const item of wanted) left.set(item, (left.get(item) ?? 0) + 1);
  let common = 0;
  for (const item of loaded) {
    const count = left.get(item) ?? 0;
    if (count > 0) {
      common++;
      left.set(item, count - 1);
    }
  }
  if (common === 0) return [0, 0, 0];
  const [precision, recall] = [common / wanted.length, common / loaded.length];
  return [precision, recall, (2 * precision * recall) / (precision + recall)];
}

/**
 * Pollock's score of a file, 0 to 10: whether it loaded, and precision, recall and F1 of the header's cells, of the
 * records and of all cells. The benchmark compares headers and records after making numbers, dates and case alike; this
 * compares the texts as they are, and so never scores higher.
 */
export function pollockScore(
  wanted: readonly (readonly string[])[],
  loaded: readonly (readonly string[])[],
): number {
  if (wanted.length === 0) return 10;
  const measures = [
    measure(wanted[0] ?? [], loaded[0] ?? []),
    measure(joined(wanted), joined(loaded)),
    measure(wanted.flat(), loaded.flat()),
  ];
  return 1 + measures.flat().reduce((sum, part) => sum + part, 0);
}

const joined = (rows: readonly (readonly string[])[]): string[] => rows.slice(1).map((row) => row.join(""));

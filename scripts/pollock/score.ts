import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { GroundworkError } from "../../infra/error";
import { pollockScore } from "./measures";
import { readFile, type Loaded } from "./readFile";

type Rows = readonly (readonly string[])[];

const cleanRows = (file: string): Rows =>
  parse(readFileSync(file), { bom: true, relax_column_count: true, skip_empty_lines: true });

const isFilled = (row: readonly string[]): boolean => row.some((cell) => cell.trim() !== "");

/**
 * The first difference of ours from the clean version; undefined when there is none. Of cells that the clean version
 * has and the file has not, being mended by hand, ours may differ where `mended` is true.
 */
function difference(
  clean: Rows,
  { rows, nulls, blanksMatter }: Loaded,
  raw: string,
  mended: boolean,
): string | undefined {
  const wanted = clean.filter(isFilled);
  const same = (a: string, b: string, index: number): boolean =>
    a === b ||
    a.trim() + b.trim() === "" ||
    (a === "" && nulls[index]?.includes(b) === true) ||
    (blanksMatter[index] === false && a.trim() === b.trim()) ||
    (mended && !raw.includes(a));
  for (let at = 0; at < Math.max(wanted.length, rows.length); at++) {
    const [a, b] = [wanted[at] ?? [], rows[at] ?? []];
    for (let index = 0; index < Math.max(a.length, b.length); index++)
      if (!same(a[index] ?? "", b[index] ?? "", index))
        return `row ${at + 1} of ${wanted.length}, column ${index + 1}: ${show(a[index])} is read as ${show(b[index])}`;
  }
  return undefined;
}

const show = (cell: string | undefined): string =>
  cell === undefined ? "nothing" : JSON.stringify(cell.slice(0, 50));

/** The rows in the order of the file, header first; a file without bytes has none. */
async function load(file: string): Promise<Loaded | string> {
  if (statSync(file).size === 0)
    return { names: undefined, rows: [], rejected: 0, told: [], nulls: [], blanksMatter: [] };
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof GroundworkError) return error.message;
    throw error;
  }
}

type Outcome = "exact" | "mended" | "refused" | "rejects" | "told" | "SILENT";

async function scoreSurvey(folder: string): Promise<boolean> {
  const files = readdirSync(join(folder, "csv")).sort();
  const outcomes: Outcome[] = [];
  let sameNames = 0;
  for (const file of files) {
    const loaded = await load(join(folder, "csv", file));
    const clean = cleanRows(join(folder, "clean", file));
    const { outcome, why } = compare(clean, loaded, () => readFileSync(join(folder, "csv", file), "utf8"));
    outcomes.push(outcome);
    if (outcome !== "exact") console.log(`${outcome.padEnd(8)}  ${file}: ${why}`);
    if (outcome === "exact" && typeof loaded !== "string") {
      const differs =
        loaded.names === undefined
          ? -1
          : (clean[0] ?? []).findIndex((name, index) => name.trim() !== (loaded.names?.[index] ?? ""));
      if (differs < 0) sameNames++;
      else console.log(`names     ${file}: ${show(clean[0]?.[differs])} is ${show(loaded.names?.[differs])}`);
    }
  }
  const count = (outcome: Outcome) => outcomes.filter((other) => other === outcome).length;
  console.log(
    `\n${files.length} real files: ${count("exact")} exact (${sameNames} with their names), ${count("mended")} as the file has it where ` +
      `the clean version was mended by hand, ${count("refused")} refused, ${count("rejects")} with rejects, ${count("told")} ` +
      `with a difference that is told, ${count("SILENT")} wrong silently\n`,
  );
  return count("SILENT") === 0;
}

function compare(clean: Rows, loaded: Loaded | string, raw: () => string): { outcome: Outcome; why: string } {
  if (typeof loaded === "string") return { outcome: "refused", why: loaded };
  // Clean versions of files without a header have names made up for it, or none.
  const isHeaderless = clean[0] !== undefined && clean[0].join("\0") === loaded.rows[0]?.join("\0");
  const rows = isHeaderless ? clean : clean.slice(1);
  const why = difference(rows, loaded, "", false);
  if (why === undefined) return { outcome: "exact", why: "" };
  if (difference(rows, loaded, raw(), true) === undefined) return { outcome: "mended", why };
  if (loaded.rejected > 0) return { outcome: "rejects", why: `${loaded.rejected} rows rejected; ${why}` };
  const [told] = loaded.told;
  return told === undefined ? { outcome: "SILENT", why } : { outcome: "told", why: `${why}. ${told}` };
}

async function scorePolluted(folder: string, weights: Readonly<Record<string, number>>): Promise<void> {
  const files = readdirSync(join(folder, "csv")).filter((file) => file.endsWith("csv"));
  let [simple, weighted, weight] = [0, 0, 0];
  for (const file of files) {
    const loaded = await load(join(folder, "csv", file));
    const rows =
      typeof loaded === "string"
        ? undefined
        : loaded.names === undefined
          ? loaded.rows
          : [loaded.names, ...loaded.rows];
    const score = rows === undefined ? 0 : pollockScore(cleanRows(join(folder, "clean", file)), rows);
    const own = weights[file] ?? 0;
    simple += score / files.length;
    weighted += score * own;
    weight += own;
    if (score < 9.9 && !/\d_col\d|row_field/.test(file))
      console.log(`${score.toFixed(3)}  ${file} (weight ${own.toFixed(0)})`);
  }
  console.log(
    `\n${files.length} polluted files: simple score ${simple.toFixed(3)}, weighted ${(weighted / weight).toFixed(3)}`,
  );
}

/** Scores the benchmark's data, and prints it; answers whether no real file is wrong silently. */
export async function scorePollock(folder: string): Promise<boolean> {
  const fine = await scoreSurvey(join(folder, "survey_sample"));
  const weights = JSON.parse(readFileSync(join(folder, "pollock_weights.json"), "utf8")) as Record<
    string,
    number
  >;
  await scorePolluted(join(folder, "polluted_files"), weights);
  return fine;
}

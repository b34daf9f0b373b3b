import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Migration } from "../../functions/schema/migrate";
import { GroundworkError } from "../error";

const sqlFiles = join(__dirname, "../../functions/sql");

/**
 * Reads the SQL files of a folder in the order of their numbers.
 *
 * @param dir the folder; default the schema's own, functions/sql
 * @throws GroundworkError that names the file when one has no number, a number of another, or leaves a gap.
 */
export function readMigrations(dir = sqlFiles): Migration[] {
  const names = readdirSync(dir).filter((name) => name.endsWith(".sql"));
  const numbered = names
    .map((name) => ({ name, number: numberOf(dir, name) }))
    .sort((a, b) => a.number - b.number);
  numbered.forEach(({ name, number }, index) => {
    if (number === numbered[index - 1]?.number) {
      throw new GroundworkError(
        `${join(dir, name)} has the same number as ${numbered[index - 1]?.name}: give one of them the next free number`,
      );
    }
    if (number !== index + 1) {
      throw new GroundworkError(
        `${join(dir, name)} leaves a gap: number ${index + 1} is missing. Rename it, or add the missing file`,
      );
    }
  });
  return numbered.map(({ name }) => {
    const sql = readFileSync(join(dir, name), "utf8");
    return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}

function numberOf(dir: string, name: string): number {
  const number = /^(\d+)_/.exec(name)?.[1];
  if (number === undefined) {
    throw new GroundworkError(`${join(dir, name)} has no number: name it like 001_what_it_does.sql`);
  }
  return Number(number);
}

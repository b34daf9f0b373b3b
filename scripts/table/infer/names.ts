import { basename } from "node:path";

/** PostgreSQL's reserved words and system columns: what needs quotes, or can't be a column, without them; and the loader's own. */
const reserved = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization between binary both case cast check collate collation " +
    "column concurrently constraint create cross current_catalog current_date current_role current_schema current_time " +
    "current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full " +
    "grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime " +
    "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right " +
    "select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using " +
    "variadic verbose when where window with ctid tableoid xmin xmax cmin cmax oid ingest_job"
  ).split(" "),
);

/** Letters of Latin that don't fall apart into a letter and its accent. */
const latin: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
};

const maxBytes = 63;

/**
 * A name in snake_case that PostgreSQL takes without quotes: `Transaction number` is `transaction_number`, `HITId`
 * `hit_id`, `Betrag (€)` `betrag`, `Größe` `grosse`. Letters that aren't Latin stay (`дата`); "" when none is left.
 */
export function snakeCase(text: string): string {
  const words = text
    .normalize("NFKC")
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1_$2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[ßæœøđðþłı]/g, (letter) => latin[letter]!)
    .normalize("NFD")
    .replace(/(?<=[a-z])\p{M}+/gu, "")
    .normalize("NFC")
    .replace(/['’`]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/[^a-z0-9_\p{L}]/gu, "")
    .replace(/^_+|_+$/g, "");
  const name = /^\d/.test(words) ? `_${words}` : words;
  return reserved.has(name) ? `${name}_` : cut(name, maxBytes);
}

/** What a file's table is called unless a person names it: `Spending 2018.csv.gz` is `spending_2018`. */
export function tableName(file: string): string {
  const stem = basename(file).replace(/(\.(csv|tsv|txt|dat|psv|gz))+$/i, "");
  return snakeCase(stem) || "table_1";
}

/** One unique name a header; nameless ones are `column_3` by their place, a name again is `amount_2`. */
export function columnNames(headers: readonly string[]): string[] {
  const taken = new Set<string>();
  const wanted = headers.map(snakeCase);
  return wanted.map((name, index) => {
    const base = name === "" ? `column_${index + 1}` : name;
    let unique = base;
    for (let again = 2; taken.has(unique); again++) {
      const suffix = `_${again}`;
      const candidate = cut(base, maxBytes - suffix.length) + suffix;
      unique = wanted.includes(candidate) ? unique : candidate;
    }
    taken.add(unique);
    return unique;
  });
}

/** At most so many bytes of UTF-8, no letter cut in two. */
function cut(name: string, bytes: number): string {
  let short = name;
  while (Buffer.byteLength(short) > bytes) short = [...short].slice(0, -1).join("");
  return short.replace(/_+$/, (end) => (short === name ? end : ""));
}

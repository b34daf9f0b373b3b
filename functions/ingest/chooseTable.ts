import type { Table } from "./table";

/**
 * What tools leave in a bucket beside the files: folders' markers, the signs of Spark, Hadoop, macOS and Windows, and
 * JSON, such as manifests.
 */
export function isNoFile(key: string): boolean {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return (
    name === "" ||
    /_\$folder\$$|^\.(DS_Store|keep|gitkeep)$|^\._|^\..*\.crc$|^_(SUCCESS|committed_.*|started_.*)$/.test(
      name,
    ) ||
    /^(Thumbs\.db|desktop\.ini)$|\.json$/i.test(name)
  );
}

/** Files under it wait for the Glue job where there is one; how their keys go on says whose they are. */
export const gluePrefix = "glue/";

/** The table whose files have such a key: of several the one that says most of it. Undefined where there is none. */
export function tableOfKey(tables: readonly Table[], key: string): Table | undefined {
  let found: Table | undefined;
  for (const table of tables) {
    if (!takes(table, key) && !(key.startsWith(gluePrefix) && takes(table, key.slice(gluePrefix.length))))
      continue;
    if (found === undefined || compare(table, found) > 0) found = table;
  }
  return found;
}

function takes({ files: { prefix, pattern } }: Table, key: string): boolean {
  return key.startsWith(prefix) && globOf(pattern).test(key.slice(prefix.length));
}

/** All that is wrong with tables beside one another. */
export function tablesProblems(tables: readonly Table[]): string[] {
  const problems: string[] = [];
  for (const [i, table] of tables.entries()) {
    for (const other of tables.slice(0, i)) {
      if (other.name === table.name) problems.push(`two tables are named ${table.name}`);
      const [a, b] = [table.files, other.files];
      if (a.prefix === b.prefix && a.pattern === b.pattern)
        problems.push(`${other.name} and ${table.name} take the same files: give one a prefix or a pattern`);
    }
  }
  return problems;
}

/** By the literal characters of both, then of the prefix, then by name, so that the order of tables doesn't matter. */
function compare(a: Table, b: Table): number {
  const literal = ({ files }: Table): number =>
    files.prefix.length + files.pattern.replace(/[*?]/g, "").length;
  return (
    literal(a) - literal(b) || a.files.prefix.length - b.files.prefix.length || (a.name < b.name ? 1 : -1)
  );
}

function globOf(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : `\\${part}`;
  });
  return new RegExp(`^${source}$`, "s");
}

import { type FileFormat, type ValueFormat, fileDefaults, valueDefaults } from "./format";
import { patternParts } from "./reader/dateTimePatterns";
import { parseType } from "./reader/types";
import { isZone } from "./reader/zones";
import type { TableDefinition } from "./definition";

/** A column's name as headers are compared: without case and outer blanks. */
export function headerKey(name: string): string {
  return name.trim().toLowerCase();
}

type Check = (value: never) => string | undefined;

const oneOf =
  (...values: unknown[]) =>
  (value: unknown): string | undefined =>
    values.includes(value)
      ? undefined
      : `must be one of ${values.map((each) => JSON.stringify(each)).join(" ")}`;
const isText = (value: unknown): value is string => typeof value === "string";
const texts = (value: unknown): string | undefined =>
  Array.isArray(value) && value.every(isText) ? undefined : "must be a list of texts";
const count = (value: unknown): string | undefined =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 10_000
    ? undefined
    : "must be a whole number from 0 to 10000";
const oneCharacter = (value: unknown): boolean => isText(value) && /^[\t\x20-\x7e]$/.test(value);
const pattern =
  (needed: readonly string[]) =>
  (value: unknown): string | undefined => {
    if (value === "ISO") return needed.includes("H") ? undefined : 'must be a pattern as "DD.MM.YYYY"';
    const parts = isText(value) && /^[\x20-\x7e]+$/.test(value) ? patternParts(value) : [];
    const missing = needed.filter(
      (each) => !parts.some((part) => part.startsWith(each) || (each === "H" && part.startsWith("h"))),
    );
    return missing.length > 0 ? `must have ${missing.join(", ")}` : undefined;
  };

/** What each key of a format may be: the one table of them. */
const checks: Record<keyof FileFormat | keyof ValueFormat, Check> = {
  delimiter: (value) =>
    value === "auto" || oneCharacter(value) ? undefined : 'must be one ASCII character or "auto"',
  quote: oneOf('"', "'", ""),
  escape: oneOf("doubled", "backslash"),
  encoding: oneOf("utf-8", "utf-16", "latin1", "windows-1252"),
  header: oneOf("names", "none"),
  skipLines: (value) => (value === "auto" ? undefined : count(value)),
  extraColumns: oneOf("leave out", "refuse"),
  missingColumns: oneOf("null", "refuse"),
  comment: (value) => (value === "" || oneCharacter(value) ? undefined : 'must be one ASCII character or ""'),
  repeatedHeader: oneOf("skip", "reject"),
  emptyRows: oneOf("skip", "load"),
  shortRows: oneOf("reject", "null"),
  longRows: oneOf("reject", "cut"),
  footer: count,
  nulls: (value) =>
    texts(value) ??
    ((value as string[]).some((each) => Buffer.byteLength(each) > 31)
      ? "must be texts of at most 31 bytes"
      : undefined),
  trim: oneOf(true, false),
  decimal: oneOf(".", ","),
  thousands: oneOf("", ",", ".", " ", "'"),
  currency: (value) =>
    texts(value) ??
    ((value as string[]).some((sign) => sign === "" || /[-+0-9.,()\s]/.test(sign))
      ? "must be signs without digits, blanks and the characters of numbers"
      : undefined),
  parentheses: oneOf(true, false),
  dates: pattern(["Y", "M", "D"]),
  timestamps: pattern(["Y", "M", "D", "H", "mm"]),
  zone: (value) =>
    isText(value) && isZone(value) ? undefined : "must be a zone's IANA name or an offset as +02:00",
  booleans: (value) => {
    const words = value as { true?: unknown; false?: unknown } | null;
    const [yes, no] = [words?.true, words?.false];
    if (texts(yes) ?? texts(no)) return 'must be { true: ["…"], false: ["…"] }';
    const lower = (list: unknown): string[] => (list as string[]).map((word) => word.toLowerCase());
    const both = lower(yes).filter((word) => lower(no).includes(word));
    return both.length > 0 ? `has ${both.join(", ")} for true and for false` : undefined;
  },
  bytea: oneOf("hex", "base64"),
  excelText: oneOf(true, false),
};

const definitionKeys =
  "name files format columns key sameFile sameRow lineage maxRejects maxRecordBytes transform".split(" ");
const columnKeys = "name header type required times format".split(" ");

/** All that is wrong with a definition, each in a sentence. */
export function definitionProblems(definition: TableDefinition): string[] {
  const { name, files = {}, format = {}, columns, key = [], lineage = {}, transform } = definition;
  const problems = unknownKeys(definition, definitionKeys, "the table");
  const add = (condition: boolean, problem: string): void => void (condition && problems.push(problem));
  add(!isName(name), "name: must be a name of PostgreSQL's, at most 63 bytes");
  problems.push(...unknownKeys(files, ["prefix", "pattern"], "files"));
  add(/\*{3}/.test(files.pattern ?? ""), "files.pattern: may have *, ** and ?");
  problems.push(...formatProblems(format, "format", Object.keys(checks)));
  add(!Array.isArray(columns) || columns.length === 0, "columns: must be a list of at least one");
  for (const column of columns ?? []) problems.push(...columnProblems(column, format));
  const names = (columns ?? []).map((column) => column.name);
  problems.push(...repeated(names).map((each) => `column ${each}: there are two`));
  const headers = (columns ?? []).map((column) => headerKey(column.header ?? column.name ?? ""));
  problems.push(...repeated(headers).map((each) => `header ${JSON.stringify(each)}: two columns have it`));
  for (const [what, list] of [
    ["key", key],
    ["transform.columns", transform?.columns ?? []],
  ] as const) {
    for (const each of list) add(!names.includes(each), `${what}: there is no column ${each}`);
    problems.push(...repeated(list).map((each) => `${what}: ${each} is there twice`));
  }
  add(transform !== undefined && typeof transform.make !== "function", "transform.make: must be a function");
  for (const [what, values] of [
    ["sameFile", ["append", "replace"]],
    ["sameRow", ["fail", "skip", "update"]],
  ] as const) {
    const value = definition[what];
    const problem = value === undefined ? undefined : oneOf(...values)(value);
    add(problem !== undefined, `${what}: ${problem}`);
  }
  add(key.length === 0 && ["skip", "update"].includes(definition.sameRow ?? ""), "sameRow: needs a key");
  add(
    key.length > 0 && definition.sameFile === "replace" && definition.sameRow !== "update",
    'sameFile "replace" with a key: sameRow must be "update", because the former rows stay until the new file is complete',
  );
  problems.push(...unknownKeys(lineage, ["file", "line", "time", "parts"], "lineage"));
  const parts = Object.values(lineage.parts ?? {});
  for (const part of parts) if (!isText(part)) problems.push(...columnProblems(part, format));
  const kept = [
    ...[lineage.file, lineage.line, lineage.time].filter(isText),
    ...parts.map((part) => (isText(part) ? part : part.name)),
  ];
  for (const each of kept)
    add(!isName(each) || names.includes(each), `lineage: ${each} is no new column's name`);
  problems.push(...repeated(kept).map((each) => `lineage: ${each} is there twice`));
  add([...names, ...kept].includes("ingest_job"), "ingest_job: every table has this column by itself");
  const { maxRejects = 0, maxRecordBytes = 1024 } = definition;
  const share = /^(\d+(?:\.\d+)?)%$/.exec(String(maxRejects));
  const isCount = typeof maxRejects === "number" && Number.isInteger(maxRejects) && maxRejects >= 0;
  add(
    !isCount && !(share && Number(share[1]) <= 100),
    'maxRejects: must be a whole number or a share as "1%"',
  );
  add(
    !Number.isInteger(maxRecordBytes) || maxRecordBytes < 1024 || maxRecordBytes > 2 ** 26,
    "maxRecordBytes: must be a whole number from 1024 to 67108864",
  );
  return problems;
}

function columnProblems(column: TableDefinition["columns"][number], table: Partial<ValueFormat>): string[] {
  const { name, type, times = 1, format = {} } = column;
  const where = `column ${name}`;
  const problems = unknownKeys(column, columnKeys, where);
  const add = (condition: boolean, problem: string): void =>
    void (condition && problems.push(`${where}: ${problem}`));
  add(!isName(name), "must have a name of PostgreSQL's, at most 63 bytes");
  add(column.header !== undefined && headerKey(column.header) === "", "header must not be empty");
  problems.push(...formatProblems(format, `${where}: format`, Object.keys(valueDefaults), table));
  const parsed = parseType(type);
  if (parsed === undefined) {
    add(true, `${JSON.stringify(type)} is no type that the loader knows`);
    return problems;
  }
  const { entry, args, values } = parsed;
  add(args.length > (entry.args ?? 0), `${JSON.stringify(type)} has too many numbers in brackets`);
  if (entry.times && args.length > 0) {
    const [precision = 0, scale = 0] = args;
    add(precision < 1 || precision > 1000, "a numeric has 1 to 1000 digits");
    add(scale < -1000 || scale > 1000, "a numeric's scale is from -1000 to 1000");
  } else if (args.length > 0) {
    add(args[0]! < 1 || args[0]! > 10_485_760, "a length is from 1 to 10485760");
  }
  add(times !== 1 && !entry.times, "only a numeric can be multiplied");
  add(!Number.isInteger(times) || Math.abs(times) > 9, "times must be a whole number from -9 to 9");
  if (typeof type === "object") {
    add(!isName(type.enum), "an enumeration needs a name of PostgreSQL's");
    add(values.length === 0 || !values.every(isName), "an enumeration's values are texts of 1 to 63 bytes");
    for (const each of repeated(values)) add(true, `${each} is a value twice`);
  }
  return problems;
}

function formatProblems(
  format: Partial<FileFormat & ValueFormat>,
  where: string,
  keys: readonly string[],
  table: Partial<ValueFormat> = {},
): string[] {
  const problems = unknownKeys(format, keys, where);
  for (const [key, value] of Object.entries(format)) {
    if (!keys.includes(key) || value === undefined) continue;
    const problem = checks[key as keyof typeof checks](value as never);
    if (problem !== undefined) problems.push(`${where}.${key}: ${problem}`);
  }
  const { decimal, thousands, delimiter, quote, comment, escape } = {
    ...fileDefaults,
    ...valueDefaults,
    ...table,
    ...format,
  };
  if (decimal === thousands)
    problems.push(`${where}: decimal and thousands are both ${JSON.stringify(decimal)}`);
  const special = [delimiter, quote, comment, escape === "backslash" ? "\\" : ""].filter(
    (each) => each !== "",
  );
  for (const each of repeated(special)) problems.push(`${where}: ${JSON.stringify(each)} has two meanings`);
  return problems;
}

function unknownKeys(value: object, known: readonly string[], where: string): string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${where}: there is no ${key}, only ${known.join(", ")}`);
}

function isName(name: unknown): boolean {
  return isText(name) && name !== "" && !name.includes("\0") && Buffer.byteLength(name) <= 63;
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, i) => values.indexOf(value) < i);
}

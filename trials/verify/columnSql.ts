import { escapeIdentifier, escapeLiteral } from "pg";
import type { ValueFormat } from "../../functions/ingest/format";
import { parseType } from "../../functions/ingest/reader/types";
import type { Column } from "../../functions/ingest/table";
import { regExpText } from "../regExpText";

/** SQL by which PostgreSQL itself reads a column's texts. */
export interface ColumnSql {
  /** The text that PostgreSQL's own input of the type is to read: where a loader must refuse it, one that no type takes. */
  readonly text: string;
  /** The type as SQL names it. */
  readonly type: string;
  /** Whether every text is a value of it. */
  readonly takesAll: boolean;
}

const refused = "'?'";

/** @param source the SQL name of the text as it stands in the file, its outer blanks gone; not null. */
export function columnSql({ type, times, format }: Column, source: string): ColumnSql {
  const parsed = parseType(type);
  if (parsed === undefined) throw new Error(`No type: ${JSON.stringify(type)}`);
  const isEnum = typeof type === "object";
  const name = isEnum ? "enum" : type.replace(/\(.*/, "");
  const make = isEnum ? undefined : readers[name];
  return {
    text: make?.(source, format, times) ?? source,
    type: isEnum ? `public.${escapeIdentifier(type.enum)}` : parsed.sql,
    takesAll: type === "text" || type === "varchar",
  };
}

type Reader = (source: string, format: ValueFormat, times: number) => string;

/** Those of the types that PostgreSQL's input would be too kind to, or that files write in other ways. */
const readers: Readonly<Record<string, Reader>> = {
  smallint: wholeNumber,
  integer: wholeNumber,
  bigint: wholeNumber,
  real: number,
  "double precision": number,
  numeric: (source, format, times) => {
    const text = number(source, format);
    return times === 1 ? text : ifValid(text, "numeric", (each) => `((${each})::numeric * ${times})::text`);
  },
  boolean: (source, { booleans }) => {
    const isOneOf = (words: readonly string[]): string =>
      `lower(${source} COLLATE "C") = ANY (ARRAY[${words.map((word) => escapeLiteral(word.toLowerCase())).join()}]::text[])`;
    return `CASE WHEN ${isOneOf(booleans.true)} THEN 'true' WHEN ${isOneOf(booleans.false)} THEN 'false' ELSE ${refused} END`;
  },
  // The day of what has a time behind it.
  date: (source, { dates }) =>
    moment(source, dates === "YYYY-MM-DD" ? "ISO" : dates, /h/i.test(dates) ? "" : anyTime),
  time: (source) => matching(source, `^${time}$`),
  timestamp: (source, { timestamps }) => moment(source, timestamps, timestamps === "ISO" ? anyTime : anyZone),
  timestamptz: (source, { timestamps, zone }) => {
    const text = moment(source, timestamps, timestamps === "ISO" ? anyTime : anyZone);
    const hasTime = `${source} ~ ':'`;
    const named = `${source} ~ ${escapeLiteral(`(?:[zZ]|[uU][tT][cC]|:[0-9.]+ *[-+][0-9:]+|^[0-9]+-[0-9]+-[0-9]+ *[-+][0-9:]+)$`)}`;
    return `CASE WHEN ${named} THEN ${text} WHEN ${hasTime} THEN ${text} || ${escapeLiteral(` ${zone}`)}
      ELSE ${text} || ${escapeLiteral(` 00:00:00 ${zone}`)} END`;
  },
  bytea: (source, { bytea }) => {
    if (bytea === "hex") {
      const digits = `regexp_replace(${source}, '^(?:\\\\x|0x)', '')`;
      return `CASE WHEN ${source} ~ '^(?:\\\\x|0x)?(?:[0-9a-fA-F]{2})*$' THEN '\\x' || ${digits} ELSE ${refused} END`;
    }
    const packed = `translate(${source}, E' \\t\\n\\v\\f\\r', '')`;
    const shape = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";
    return `CASE WHEN ${packed} ~ '${shape}' THEN '\\x' || encode(decode(${packed}, 'base64'), 'hex') ELSE ${refused} END`;
  },
};

const matching = (source: string, pattern: string): string =>
  `CASE WHEN ${source} ~ ${escapeLiteral(pattern)} THEN ${source} ELSE ${refused} END`;

const ifValid = (text: string, type: string, use: (text: string) => string): string =>
  `(SELECT CASE WHEN pg_input_is_valid(t, '${type}') THEN ${use("t")} ELSE ${refused} END FROM (SELECT ${text} AS t OFFSET 0) AS x)`;

/** 5411.0 and 54e2 are whole numbers too. */
function wholeNumber(source: string, format: ValueFormat): string {
  const whole = ifValid(
    number(source, format),
    "numeric",
    (t) =>
      `CASE WHEN trunc(${t}::numeric) = ${t}::numeric THEN trunc(${t}::numeric)::text ELSE ${refused} END`,
  );
  return `CASE WHEN ${source} ~ '^[-+]?[0-9]+$' THEN ${source} ELSE ${whole} END`;
}

const blanks = " \u00a0\u2009\u202f";

/** A number as PostgreSQL writes it: so NaN, Infinity, 0x10 and 1_000 are none. */
function number(source: string, { decimal, thousands, currency, parentheses }: ValueFormat): string {
  const separators = thousands === " " ? blanks : thousands === "'" ? "'\u2019" : thousands;
  const point = regExpText(decimal);
  const groups =
    separators === "" ? "" : `[0-9]{1,3}(?:[${regExpText(separators)}][0-9]{3})+(?:${point}[0-9]*)?|`;
  const digits = `(?:${groups}[0-9]+(?:${point}[0-9]*)?|${point}[0-9]+)(?:[eE][-+]?[0-9]+)?`;
  const signs = currency.map(regExpText).join("|");
  // A sign before the currency or behind it, not both.
  const unsigned =
    currency.length === 0
      ? digits
      : `(?:(?:${signs})[${blanks}]*${digits}|${digits}(?:[${blanks}]*(?:${signs}))?)`;
  const signed =
    currency.length === 0 ? digits : `(?:${unsigned}|(?:${signs})[${blanks}]*[-+][${blanks}]*${digits})`;
  const pattern = parentheses
    ? `^(?:\\(${unsigned}\\)|[-+]?${unsigned}|${signed})$`
    : `^(?:[-+]?${unsigned}|${signed})$`;
  // Longer signs first: one may be a part of another.
  let text = [...currency]
    .sort((a, b) => b.length - a.length)
    .reduce((sql, sign) => `replace(${sql}, ${escapeLiteral(sign)}, '')`, source);
  const dropped = `${separators}${currency.length > 0 ? blanks : ""}${parentheses ? "()" : ""}`;
  if (dropped !== "") text = `translate(${text}, ${escapeLiteral(dropped)}, '')`;
  if (decimal === ",") text = `replace(${text}, ',', '.')`;
  if (parentheses) text = `CASE WHEN ${source} LIKE '(%' THEN '-' ELSE '' END || ${text}`;
  return `CASE WHEN ${source} ~ ${escapeLiteral(pattern)} THEN ${text} ELSE ${refused} END`;
}

// Written out: PostgreSQL's regular expressions take three times as long for {2}.
const two = "[0-9][0-9]";
const four = `${two}${two}`;
const time = `[0-9]?[0-9]:${two}(?::${two}(?:\\.[0-9]+)?)?`;
const zone = ` *(?:[zZ]|[uU][tT][cC]|[-+]${two}(?::?${two}(?::${two})?)?)`;
const anyZone = `(?:${zone})?`;
const anyTime = `(?:[ Tt] *${time})?(?:${zone})?`;

/** What a pattern's tokens look like in a file, and which part of PostgreSQL's own form they are. */
const tokens: Readonly<Record<string, readonly [pattern: string, part: string]>> = {
  YYYY: ["[0-9]{4}", "year"],
  YY: ["[0-9]{2}", "shortYear"],
  MMMM: ["[A-Za-z]{3,9}", "month"],
  MMM: ["[A-Za-z]{3}", "month"],
  MM: ["[0-9]{2}", "month"],
  M: ["[0-9]{1,2}", "month"],
  DD: ["[0-9]{2}", "day"],
  D: ["[0-9]{1,2}", "day"],
  HH: ["[0-9]{2}", "hour"],
  H: ["[0-9]{1,2}", "hour"],
  hh: ["0[1-9]|1[0-2]", "hour"],
  h: ["0?[1-9]|1[0-2]", "hour"],
  mm: ["[0-9]{2}", "minute"],
  ss: ["[0-9]{2}(?:\\.[0-9]+)?", "second"],
  A: ["[aApP][mM]", "half"],
};

/** A day, or a day with its time, in the form that PostgreSQL reads without a setting; behind it what `rest` matches. */
function moment(source: string, pattern: string, rest: string): string {
  if (pattern === "ISO") return matching(source, `^${four}-${two}-${two}${rest}$`);
  const parts: Record<string, string> = {};
  let groups = 0;
  const expression = pattern.replace(/YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|ss|A|[^]/g, (token) => {
    const [shape, part] = tokens[token] ?? [];
    if (shape === undefined || part === undefined) return regExpText(token);
    parts[part] = `m[${++groups}]`;
    return `(${shape})`;
  });
  const { year, shortYear, month = "'1'", day = "'1'", hour, minute = "'00'", second = "'00'", half } = parts;
  const century = `CASE WHEN ${shortYear} < '70' THEN '20' ELSE '19' END || ${shortYear}`;
  const clock = hour === undefined ? [] : [`' '`, hour, `':'`, minute, `':'`, second];
  const ending = [...(half === undefined ? [] : [`' '`, half]), `m[${groups + 1}]`];
  const text = [`(${year ?? century})`, `'-'`, month, `'-'`, day, ...clock, ...ending].join(" || ");
  const found = `regexp_match(${source}, ${escapeLiteral(`^${expression}(${rest})$`)}) AS m`;
  return `coalesce((SELECT ${text} FROM ${found}), ${refused})`;
}

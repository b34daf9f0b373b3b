import type { ColumnType, types } from "../../functions/ingest/reader/types";
import { doubleText, realText } from "./floatText";
import { inetText } from "./inetText";
import { jsonbText } from "./jsonbText";

/** Writes a value of the binary COPY format as PostgreSQL's own output does, under the time zone UTC. */
export type TextOf = (value: Buffer) => string;

const microsADay = 86_400_000_000n;

const written: Readonly<Record<keyof typeof types, TextOf>> = {
  smallint: (value) => String(value.readInt16BE()),
  integer: (value) => String(value.readInt32BE()),
  bigint: (value) => String(value.readBigInt64BE()),
  numeric: numericText,
  real: (value) => realText(value.readFloatBE()),
  "double precision": (value) => doubleText(value.readDoubleBE()),
  boolean: (value) => (value[0] === 1 ? "t" : "f"),
  text: (value) => value.toString(),
  varchar: (value) => value.toString(),
  char: (value) => value.toString(),
  date: (value) => dated(value.readInt32BE(), ""),
  time: (value) => clock(value.readBigInt64BE()),
  timestamp: (value) => momentText(value, ""),
  timestamptz: (value) => momentText(value, "+00"),
  uuid: (value) => value.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
  inet: inetText,
  json: (value) => value.toString(),
  jsonb: (value) => jsonbText(value.toString("utf8", 1)),
  bytea: (value) => `\\x${value.toString("hex")}`,
};

/** Makes what writes a type's values. */
export function textOf(type: ColumnType): TextOf {
  if (typeof type === "object") return (value) => value.toString();
  const [name = "", length] = type.split(/[(,)]/);
  const found = written[name as keyof typeof types];
  if (name !== "char" && (name !== "varchar" || length === undefined)) return found;
  const most = Number(length ?? 1);
  return (value) => {
    const text = value.toString();
    const over = text.length > most ? [...text].length - most : 0;
    // Blanks beyond the length are cut, and a char is filled up with them.
    if (over > 0) return text.slice(0, -over);
    return name === "char" ? text + " ".repeat(most - [...text].length) : text;
  };
}

/** Groups of four digits, of which the first counts 10000 to the weight; the scale is how many stand behind the point. */
function numericText(value: Buffer): string {
  const [groups, weight, sign, scale] = [0, 2, 4, 6].map((at) => value.readInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  const group = (at: number): string =>
    String(at >= 0 && at < groups ? value.readInt16BE(8 + 2 * at) : 0).padStart(4, "0");
  let whole = "";
  for (let at = 0; at <= weight; at++) whole += group(at);
  let fraction = "";
  for (let at = weight + 1; fraction.length < scale; at++) fraction += group(at);
  const text = whole.replace(/^0+(?=\d)/, "") || "0";
  return `${sign === 0x4000 ? "-" : ""}${text}${scale > 0 ? `.${fraction.slice(0, scale)}` : ""}`;
}

function momentText(value: Buffer, zone: string): string {
  const micros = value.readBigInt64BE();
  const time = ((micros % microsADay) + microsADay) % microsADay;
  return dated(Number((micros - time) / microsADay), ` ${clock(time)}${zone}`);
}

/** A day counted from 2000-01-01, in the Gregorian calendar before it was there too. */
function dated(day: number, behind: string): string {
  // 400 years have always as many days: so no day is too far for Date.
  const cycles = Math.floor(day / 146_097);
  const date = new Date(Date.UTC(2000, 0, 1 + day - cycles * 146_097));
  const year = date.getUTCFullYear() + 400 * cycles;
  const shown = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${shown}${date.toISOString().slice(4, 10)}${behind}${year > 0 ? "" : " BC"}`;
}

function clock(micros: bigint): string {
  const two = (value: bigint): string => String(value).padStart(2, "0");
  const seconds = micros / 1_000_000n;
  const fraction = String(micros % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction && `.${fraction}`}`;
}

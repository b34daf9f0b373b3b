import * as fc from "fast-check";
import type { ValueFormat } from "../../functions/ingest/format";
import type { ColumnType } from "../../functions/ingest/reader/types";

const digits = (max: number) => fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: max });
const sign = fc.constantFrom("", "", "-", "+");
const number = (whole: number, fraction: number) =>
  fc
    .tuple(
      sign,
      digits(whole),
      fc.constantFrom("", "."),
      digits(fraction),
      fc.constantFrom("", "", "", "e3", "E-4", "e+11", "e-30", "e"),
    )
    .map((parts) => parts.join(""));
const pad = (value: number, length: number): string => String(value).padStart(length, "0");
const date = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }))
  .map(([year, month, day]) => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`);
const time = fc
  .tuple(
    fc.integer({ min: 0, max: 25 }),
    fc.integer({ min: 0, max: 60 }),
    fc.option(fc.integer({ min: 0, max: 61 })),
    fc.option(digits(9)),
  )
  .map(([hour, minute, second, fraction]) => {
    const seconds =
      second === null
        ? ""
        : `:${pad(second, 2)}${fraction === null || fraction === "" ? "" : `.${fraction}`}`;
    return `${pad(hour, 2)}:${pad(minute, 2)}${seconds}`;
  });
const zone = fc.constantFrom("", "", "Z", "+02", "-03:30", "+0545", " +01:00", "+15:59:59", "-16", "UTC");
const moment = fc.tuple(date, fc.constantFrom(" ", "T"), time, zone).map((parts) => parts.join(""));
const json = fc.oneof(
  fc.json(),
  fc.string({ unit: fc.constantFrom(...'{}[]",:0123456789.eE+-truefalsn \\u\n'), maxLength: 14 }),
  fc.constantFrom(
    '"\\u0000"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '{"a":1,"a":[]}',
    "1e400",
    "-0",
    "01",
    '{"a"}',
    "[1,]",
    "null",
    '"\t"',
  ),
);
const words = fc.constantFrom(..."t TRUE f False yes n on of off o 1 0 2 tru truee".split(" "));
const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEF"), minLength: 32, maxLength: 32 });
const dashed = hex.map((text) => text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
const uuid = fc.oneof(
  hex,
  dashed,
  dashed.map((text) => `{${text}}`),
  hex.map((text) => `${text}0`),
  hex.map((text) => text.replace(/^(..)/, "$1-")),
);
const inet = fc.oneof(
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 130 })).map((parts) => parts.join("/")),
  fc.string({ unit: fc.constantFrom(..."0123456789abcdefF:::../"), maxLength: 20 }),
  fc
    .array(fc.constantFrom("0", "0", "1", "ffff", "abcd", ""), { maxLength: 9 })
    .map((parts) => parts.join(":")),
  fc
    .array(fc.constantFrom("0", "0", "1", "ffff", "", "1.2.3.4"), { maxLength: 8 })
    .map((parts) => parts.join(":")),
);
const text = fc.string({ unit: "binary", maxLength: 8 }).filter((each) => !/\0|\p{Surrogate}/u.test(each));

export interface TypeCase {
  what?: string;
  type: ColumnType;
  values: fc.Arbitrary<string>;
  edges: string[];
  /** What PostgreSQL takes and the loader does not, as the design says. */
  stricter?: RegExp | undefined;
  format?: Partial<ValueFormat>;
  /** Of the session that PostgreSQL's own input runs in. */
  timeZone?: string;
}

const neverNumbers = /^\s*[-+]?(nan|inf|infinity)\s*$|[x_ob]/i;
export const cases: TypeCase[] = [
  {
    type: "smallint",
    values: number(6, 0),
    edges: ["32767", "32768", "-32768", "-32769", "NaN", "0x1", "1_0"],
    stricter: neverNumbers,
  },
  {
    type: "integer",
    values: number(11, 0),
    edges: ["2147483647", "2147483648", "-2147483648", "-2147483649", " 7 "],
    stricter: neverNumbers,
  },
  {
    type: "bigint",
    values: number(20, 0),
    edges: [
      "9223372036854775807",
      "9223372036854775808",
      "-9223372036854775808",
      "-9223372036854775809",
      "4294967296",
      "-4294967296",
      "9007199254740993",
      "-1",
      "00000000000000000000000000012",
    ],
    stricter: neverNumbers,
  },
  {
    type: "numeric",
    values: number(40, 30),
    edges: [
      "1e131071",
      "1e131072",
      "1e-16383",
      "1e-16384",
      "0e5",
      "-0",
      "0.000",
      "NaN",
      "Infinity",
      ".",
      "12345678901234567890.12345678901234567890",
    ],
    stricter: neverNumbers,
  },
  {
    type: "numeric(15,2)",
    values: number(14, 5),
    edges: ["9999999999999.99", "9999999999999.995", "9999999999999.994", "0.005", "-0.005", "1e13"],
    stricter: neverNumbers,
  },
  {
    type: "numeric(38,9)",
    values: number(30, 12),
    edges: ["99999999999999999999999999999.9999999995", "1".repeat(29), "1".repeat(30)],
  },
  { type: "numeric(4)", values: number(5, 3), edges: ["9999.4", "9999.5", "0.5"] },
  { type: "numeric(3,5)", values: number(1, 8), edges: ["0.00999", "0.009999", "0.01"] },
  { type: "numeric(3,-2)", values: number(6, 2), edges: ["99949", "99950", "149", "150", "49"] },
  { type: "numeric(1000,500)", values: number(400, 400), edges: [] },
  {
    type: "real",
    values: number(12, 12),
    edges: [
      "3.4028235e38",
      "3.4028236e38",
      "1e-45",
      "1e-46",
      "16777217",
      "16777217.0000000000000000001",
      "8388609.5",
      "8388609.49999999999999999",
      "1e39",
      "0.1",
      "-0",
      "NaN",
      "7.038531e-26",
      "1e5",
      "1e6",
      "123456789",
      "1e-4",
      "1e-5",
      "1.1754944e-38",
      "9.8e-45",
      "33554432",
      "67108864",
    ],
    stricter: neverNumbers,
  },
  {
    type: "double precision",
    values: number(25, 25),
    edges: [
      "1.7976931348623157e308",
      "1.8e308",
      "5e-324",
      "2e-324",
      "9007199254740993",
      "0.1",
      "-0",
      "1e23",
      "1e14",
      "1e15",
      "1e-4",
      "1e-5",
      "9e22",
      "9007199254740992",
      "4503599627370497.5",
      "2.2250738585072014e-308",
      "9.5367431640625e-7",
      "Infinity",
    ],
    stricter: neverNumbers,
  },
  { type: "boolean", values: words, edges: [" true "] },
  { type: "text", values: text, edges: ["", " ", "\\N", "NULL"].slice(1, 2) },
  {
    type: "varchar(5)",
    values: text,
    edges: ["12345", "123456", "12345   ", "漢字漢字漢", "漢字漢字漢字", "漢字漢字漢  "],
  },
  { type: "char(5)", values: text, edges: ["1", "123456", "12345   ", "漢字  "] },
  {
    type: "date",
    values: fc.oneof(date, moment),
    edges: [
      "0001-01-01",
      "9999-12-31",
      "2000-02-29",
      "1900-02-29",
      "yesterday",
      "infinity",
      "2024-1-5",
      "20240131",
      "2024-02-29 x",
    ],
    stricter: /^(yesterday|infinity|2024-1-5|20240131)$/,
  },
  {
    type: "time",
    values: time,
    edges: ["24:00:00", "24:00:01", "23:59:60", "23:59:59.9999996", "7:30", "now", "allballs"],
    stricter: /^(now|allballs)$/,
  },
  {
    type: "timestamp",
    values: fc.oneof(date, moment),
    edges: [
      "1999-12-31 23:59:59.999999",
      "2000-01-01 00:00:00.0000005",
      "2024-01-01 24:00",
      "2024-01-01  07:30",
      "2024-01-01   07:30",
      "now",
      "infinity",
    ],
    stricter: /now|infinity/,
  },
  {
    type: "timestamptz",
    values: fc.oneof(date, moment),
    edges: ["1969-12-31T23:59:59.5Z", "now"],
    stricter: /now/,
  },
  {
    type: "timestamptz",
    values: fc
      .tuple(
        fc.integer({ min: 1971, max: 2036 }),
        fc.constantFrom("03-31", "10-27", "03-29", "10-25", "07-01", "01-01"),
        time,
      )
      .map(([year, day, clock]) => `${year}-${day} ${clock}`),
    edges: [
      "2024-03-31 02:30",
      "2024-10-27 02:30",
      "2024-10-27 01:59:59",
      "2024-10-27 03:00",
      "1945-05-24 02:30",
    ],
    format: { zone: "Europe/Berlin" },
    timeZone: "Europe/Berlin",
  },
  {
    type: "uuid",
    values: uuid,
    edges: ["a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11", "{}", "{a0eebc999c0b4ef8bb6d6bb9bd380a11"],
  },
  {
    type: "inet",
    values: inet,
    edges: (
      ":: ::1 1:: ::ffff:1.2.3.4 ::1.2.3.4 1:2:3:4:5:6:7:: ::1:2:3:4:5:6:7:8 10.1.2.3/08 001.2.3.4 ::01.2.3.4 " +
      "1::/00 1::/128 1.2.3.4/33 1.2.3 1:2:3:4:5:6:1.2.3.4 1:2:3:4:5:6:7:1.2.3.4"
    ).split(" "),
  },
  { type: "json", values: json, edges: ["{", "\ufeff1"] },
  { type: "jsonb", values: json, edges: ["{", "1e131071", "1e131072", "1e-16383", "1e-16384"] },
  { type: "bytea", values: hex.map((each) => `\\x${each}`), edges: ["\\x", "\\x0", "\\x0g"] },
  {
    type: { enum: "mood", values: ["sad", "größer"] },
    values: fc.constantFrom("sad", "größer", "Sad", "happy"),
    edges: [],
  },
];

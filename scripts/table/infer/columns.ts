import { standsForNull } from "./cells";
import { defaultNulls, type ColumnType, type ValueFormat } from "./definition";
import { readMoments, type MomentReading } from "./moments";
import { readNumbers, type NumberReading } from "./numbers";
import type { ColumnProfile, Run, Shape } from "./profile";

/** What a column is taken for, and why. */
export interface ColumnFinding {
  readonly type: ColumnType;
  readonly format: ValueFormat;
  readonly nulls: number;
  /** Texts that are NULL in this column alone, and those of a column of texts that stand for NULL in many files. */
  readonly markers: readonly string[];
  readonly words: readonly string[];
  readonly required: boolean;
  readonly examples: readonly string[];
  /** A sentence on what was not plain about it. */
  readonly note: string | undefined;
  /** What the values leave open: the type is text until a choice is made. */
  readonly choices: readonly Choice[];
}

interface Choice {
  readonly answer: string;
  readonly type: ColumnType;
  readonly format: ValueFormat;
}

/** What the file's other columns and its delimiter say about a column whose own values don't. */
export interface Hints {
  readonly dayFirst: boolean | undefined;
  readonly decimal: "." | "," | undefined;
}

/** Below it, that a column has no NULL says little. */
const rowsForRequired = 100;

interface Reading {
  readonly type: ColumnType;
  readonly format: ValueFormat;
  readonly note?: string;
}

/** Decides a column's type from its profile. */
export function decideColumn(profile: ColumnProfile, hints: Hints): ColumnFinding {
  const found = typed(profile, hints);
  const markers = found.type === "text" ? defaultNulls : [...defaultNulls, ...found.markers];
  const shapes = [...(profile.shapes?.values() ?? [])];
  const marked = shapes.filter((shape) => shape.quoted < shape.count && markers.includes(shape.example));
  const nulls =
    profile.empty +
    (found.type === "text" ? 0 : profile.quotedEmpty) +
    marked.reduce((sum, shape) => sum + shape.count - shape.quoted, 0);
  const rows = profile.empty + profile.quotedEmpty + profile.filled;
  return {
    type: found.type,
    format: { ...found.format, ...(markers.length > defaultNulls.length ? { nulls: markers } : {}) },
    nulls,
    markers: found.markers,
    words: found.type === "text" && found.choices.length === 0 ? wordsOf(profile, shapes) : [],
    required: nulls === 0 && rows >= rowsForRequired && found.choices.length === 0,
    examples: profile.examples,
    note: found.note,
    choices: found.choices,
  };
}

const wordsOf = ({ words }: ColumnProfile, shapes: readonly Shape[]): string[] =>
  [...words, ...shapes.map(({ example }) => example).filter(standsForNull)].filter(
    (word) => !defaultNulls.includes(word),
  );

/** MySQL writes 0000-00-00 for a day that isn't known. A format takes markers of 31 bytes at most. */
const isMarker = ({ pattern, example, quoted }: Shape): boolean =>
  quoted === 0 &&
  Buffer.byteLength(example) <= 31 &&
  (standsForNull(pattern) || /^0000-00-00( 00:00:00(\.0+)?)?$/.test(example));

interface Typed {
  readonly type: ColumnType;
  readonly format: ValueFormat;
  readonly markers: readonly string[];
  readonly note: string | undefined;
  readonly choices: readonly Choice[];
}

function typed(profile: ColumnProfile, hints: Hints): Typed {
  const plain = (type: ColumnType, note?: string): Typed => ({
    type,
    format: {},
    markers: [],
    note,
    choices: [],
  });
  if (profile.filled === 0) return plain("text", "no value in the whole file");
  if (profile.uuid) return plain("uuid");
  if (profile.json) return plain("jsonb");
  if (profile.shapes === undefined) return plain("text");
  const all = [...profile.shapes.values()];
  const markers = all.filter((shape) => isMarker(shape));
  const shapes = all.filter((shape) => !markers.includes(shape));
  if (shapes.length === 0) return plain("text", `nothing but ${quoteSome(markers)}`);
  if (profile.hex && shapes.every(isHex)) return plain("bytea");
  const nulls = profile.empty + profile.quotedEmpty + markers.length > 0;
  const readings = read(shapes, nulls, hints);
  const extra = markers.map((shape) => shape.example).filter((marker) => !defaultNulls.includes(marker));
  if (readings.length === 1) {
    const [{ type, format, note }] = readings as [Reading];
    if (type === "text")
      return plain("text", "a code rather than a number: it would lose its zeros or its sign");
    return { type, format, markers: extra, note, choices: [] };
  }
  if (readings.length > 1) {
    const choices = readings.map(({ type, format }) => ({ answer: answerOf(format), type, format }));
    const note = `the values fit ${choices.map(({ answer }) => answer).join(" and ")}`;
    return { ...plain("text", note), choices: choices.map((choice) => withNulls(choice, extra)) };
  }
  const near = almost(shapes, nulls, hints);
  return {
    ...plain("text", near?.note),
    choices: (near?.choices ?? []).map((choice) => withNulls(choice, extra)),
  };
}

const answerOf = ({ dates, timestamps, thousands, decimal }: ValueFormat): string =>
  dates ??
  timestamps ??
  (thousands !== undefined ? "thousands" : decimal === "," ? "decimal comma" : "decimal point");

const withNulls = ({ answer, type, format }: Choice, markers: readonly string[]): Choice => ({
  answer,
  type,
  format: markers.length > 0 ? { ...format, nulls: [...defaultNulls, ...markers] } : format,
});

function read(shapes: readonly Shape[], nulls: boolean, hints: Hints): Reading[] {
  const boolean = readBooleans(shapes);
  if (boolean !== undefined) return [boolean];
  const moments = chooseOrder(readMoments(shapes), hints);
  if (moments.length > 0) return moments;
  return chooseSigns(readNumbers(shapes, nulls), hints);
}

/** Leaves the order of day and month open only where neither the values, other columns nor custom decide it. */
function chooseOrder(readings: readonly MomentReading[], { dayFirst }: Hints): Reading[] {
  const made = readings.map(({ type, pattern, zoneless }) => ({
    type,
    format: pattern === undefined ? {} : type === "date" ? { dates: pattern } : { timestamps: pattern },
    ...(zoneless
      ? { note: "some values have a zone and some have none: those are read in the format's zone" }
      : {}),
    pattern: pattern ?? "",
  }));
  if (made.length < 2) return made;
  const dotted = made.filter(({ pattern }) => /^DD?\.MM?\./.test(pattern));
  if (dotted.length === 1)
    return [{ ...(dotted[0] as Reading), note: "day before month, as always between dots" }];
  const hinted =
    dayFirst === undefined ? [] : made.filter(({ pattern }) => pattern.startsWith(dayFirst ? "D" : "M"));
  if (hinted.length === 1)
    return [
      { ...(hinted[0] as Reading), note: "the order of day and month is that of the file's other dates" },
    ];
  return made;
}

function chooseSigns(readings: readonly NumberReading[], { decimal }: Hints): Reading[] {
  const [first, second] = readings;
  if (first === undefined || second === undefined) return [...readings];
  const signOf = ({ format }: NumberReading) => format.decimal ?? (format.thousands === "." ? "," : ".");
  const chosen = readings.find((reading) => signOf(reading) === decimal);
  if (chosen === undefined) return [...readings];
  // 1.234 is nothing to speak of where decimals have points.
  if (chosen === first && decimal === ".") return [chosen];
  return [
    {
      ...chosen,
      note: `the sign in its numbers is taken for that of ${chosen.format.thousands === undefined ? "decimals" : "thousands"}, by the file's other numbers or its delimiter`,
    },
  ];
}

const pairs: readonly (readonly [string, string])[] = [
  ["true", "false"],
  ["t", "f"],
  ["yes", "no"],
  ["y", "n"],
  ["on", "off"],
  ["wahr", "falsch"],
  ["ja", "nein"],
  ["j", "n"],
  ["vrai", "faux"],
  ["oui", "non"],
  ["sí", "no"],
  ["si", "no"],
  ["sim", "não"],
  ["да", "нет"],
];
/** The pairs up to here are PostgreSQL's own words. */
const ownPairs = 5;

function readBooleans(shapes: readonly Shape[]): Reading | undefined {
  const words = shapes.filter((shape) => shape.runs.length === 0).map((shape) => shape.pattern.toLowerCase());
  const digits = shapes.filter((shape) => shape.runs.length > 0);
  if (words.length === 0 || digits.some((d) => d.pattern !== "0" || !isBit(d.runs[0]))) return undefined;
  const at = pairs.findIndex((pair) => words.every((word) => pair.includes(word)));
  const pair = pairs[at];
  // One of them alone may be any word; true and false are no others.
  if (pair === undefined || (at > 0 && !pair.every((word) => words.includes(word)))) return undefined;
  if (at < ownPairs) return { type: "boolean", format: {} };
  const spelled = (word: string, digit: string) => [
    ...shapes.map((s) => s.pattern).filter((p) => p.toLowerCase() === word),
    ...(digits.length > 0 ? [digit] : []),
  ];
  const booleans = { true: spelled(pair[0], "1"), false: spelled(pair[1], "0") };
  return { type: "boolean", format: { booleans } };
}

const isBit = (run: Run | undefined): boolean => run?.maxLength === 1 && run.max <= 1;

const isHex = (shape: Shape): boolean => /^\\x[0a-f]*$/i.test(shape.pattern);

/** Fewer than one in so many values of another kind may be mistakes. */
const oneInSoMany = 20;

/** What most values are, when others make the column a text; a choice where those are few. */
function almost(
  shapes: readonly Shape[],
  nulls: boolean,
  hints: Hints,
): { note: string; choices: Choice[] } | undefined {
  const isTyped = (shape: Shape) => readMoments([shape]).length + readNumbers([shape], nulls).length > 0;
  const filled = countOf(shapes);
  const like = shapes.filter(isTyped);
  const unlike = shapes.filter((shape) => !isTyped(shape));
  if (countOf(like) * 2 < filled) return undefined;
  const [odd] = unlike;
  if (odd === undefined)
    return { note: `numbers or dates in several forms: ${quoteSome(like)}`, choices: [] };
  const readings = read(like, nulls, hints).filter(({ type }) => type !== "text");
  const [reading] = readings;
  const others = countOf(unlike);
  const note = `would be ${reading?.type ?? "numbers or dates"} but for ${others} of ${filled} values, such as ${JSON.stringify(odd.example)} in line ${odd.line}`;
  if (reading === undefined || readings.length > 1 || others * oneInSoMany > filled)
    return { note, choices: [] };
  const { type, format } = reading;
  return { note, choices: [{ answer: `${type}, and reject the others`, type, format }] };
}

const countOf = (shapes: readonly Shape[]): number => shapes.reduce((sum, shape) => sum + shape.count, 0);

const quoteSome = (shapes: readonly Shape[]): string =>
  shapes
    .slice(0, 3)
    .map((shape) => JSON.stringify(shape.example))
    .join(", ");

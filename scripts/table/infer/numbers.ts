import type { ColumnType, ValueFormat } from "./definition";
import type { Shape } from "./profile";

/** A reading of a column's values as numbers. */
export interface NumberReading {
  readonly type: ColumnType;
  readonly format: ValueFormat;
}

type Signs = Required<Pick<ValueFormat, "decimal" | "thousands">>;

/** The plainer reading stands first. */
const readings: readonly Signs[] = [
  { decimal: ".", thousands: "" },
  { decimal: ",", thousands: "" },
  { decimal: ".", thousands: "," },
  { decimal: ",", thousands: "." },
  { decimal: ".", thousands: " " },
  { decimal: ",", thousands: " " },
  { decimal: ".", thousands: "'" },
  { decimal: ",", thousands: "'" },
];

const signs = "$€£¥₹₽₩₺฿";
const dressed = new RegExp(
  `^(?<sign>[-+]?)(?<before>[${signs}]?) ?(?<sign2>[-+]?)(?<body>0(?:[.,' \u00a0\u202f]0)*|[.,]0)(?<exponent>[eE][-+]?0)? ?(?<after>[${signs}]?)$`,
);

interface Dressed {
  readonly body: string;
  readonly exponent: boolean;
  readonly currency: string;
  readonly parentheses: boolean;
  readonly shape: Shape;
}

/** Takes a value's shape apart; undefined when it is no number. */
function undress(shape: Shape): Dressed | undefined {
  const inside = /^\((.*)\)$/.exec(shape.pattern)?.[1];
  const parts = dressed.exec(inside ?? shape.pattern)?.groups;
  if (parts === undefined || (parts.sign !== "" && parts.sign2 !== "")) return undefined;
  if (inside !== undefined && parts.sign + (parts.sign2 ?? "") !== "") return undefined;
  return {
    body: (parts.body ?? "").replace(/[\u00a0\u202f]/g, " "),
    exponent: parts.exponent !== undefined,
    currency: (parts.before ?? "") + (parts.after ?? ""),
    parentheses: inside !== undefined,
    shape,
  };
}

/**
 * The readings under which all shapes are numbers, the plainest first: none, one, or two when a column has only values
 * such as `1,234`.
 */
export function readNumbers(shapes: readonly Shape[], nulls: boolean): NumberReading[] {
  if (shapes.length === 0) return [];
  const numbers = shapes.map(undress);
  if (!numbers.every((number) => number !== undefined)) return [];
  const fitting = readings.filter((reading) => numbers.every((number) => fits(number, reading)));
  const used = fitting.filter(
    ({ decimal, thousands }) =>
      (thousands === "" || numbers.some(({ body }) => body.includes(thousands))) &&
      (decimal === "." || thousands === "." || numbers.some(({ body }) => body.includes(decimal))),
  );
  const currency = [...new Set(numbers.flatMap((number) => [...number.currency]))];
  return used.slice(0, 2).map((reading) => ({
    type: typeOf(numbers, reading, nulls),
    format: {
      ...(reading.decimal === "." ? {} : { decimal: reading.decimal }),
      ...(reading.thousands !== "" ? { thousands: reading.thousands } : {}),
      ...(currency.length > 0 ? { currency } : {}),
      ...(numbers.some((number) => number.parentheses) ? { parentheses: true } : {}),
    },
  }));
}

/** Where the digits behind the decimal sign are among a shape's runs, or -1. */
function fractionRun({ body }: Dressed, { decimal }: Signs): number {
  const at = body.lastIndexOf(decimal);
  return at < 0 ? -1 : body.slice(0, at).split("0").length - 1;
}

function fits(number: Dressed, reading: Signs): boolean {
  const { body, shape } = number;
  const separators = body.replaceAll("0", "");
  const decimals = separators.split(reading.decimal).length - 1;
  if (decimals > 1 || (decimals === 1 && !separators.endsWith(reading.decimal))) return false;
  const groups = separators.length - decimals;
  if (groups > 0 && [...separators.slice(0, groups)].some((sign) => sign !== reading.thousands)) return false;
  if (groups === 0) return true;
  // 1,234 but not 12,34, 1234,567 or 0,123
  const first = shape.runs[0]!;
  const rest = shape.runs.slice(1, groups + 1);
  return (
    first.maxLength <= 3 &&
    first.leadingZeros === 0 &&
    first.min > 0 &&
    rest.every((run) => run.minLength === 3 && run.maxLength === 3)
  );
}

function typeOf(numbers: readonly Dressed[], reading: Signs, nulls: boolean): ColumnType {
  let [digits, significant, leadingZeros, fraction, onlyPointZero, exponent, power] = [
    0,
    0,
    0,
    false,
    true,
    false,
    0,
  ];
  for (const number of numbers) {
    const { runs } = number.shape;
    const behind = fractionRun(number, reading);
    const whole = runs.slice(0, behind < 0 ? runs.length - (number.exponent ? 1 : 0) : behind);
    const wholeDigits = whole.reduce((sum, run) => sum + run.maxLength, 0);
    digits = Math.max(digits, wholeDigits);
    significant = Math.max(significant, wholeDigits + (behind < 0 ? 0 : (runs[behind]?.maxLength ?? 0)));
    leadingZeros += whole[0]?.leadingZeros ?? 0;
    exponent ||= number.exponent;
    if (number.exponent) power = Math.max(power, runs[runs.length - 1]!.max);
    if (behind >= 0) {
      fraction = true;
      const run = runs[behind];
      onlyPointZero &&= run?.max === 0 && run.maxLength === 1;
    }
  }
  // 007 is a code, +49151123456 a telephone's number: they would lose their zeros or their sign.
  if (leadingZeros > 0 || (digits >= 7 && numbers.every(({ shape }) => shape.pattern === "+0")))
    return "text";
  // A double keeps fifteen digits, and powers of ten up to 307.
  if (exponent) return significant <= 15 && power < 300 ? "double precision" : "numeric";
  // What pandas makes of whole numbers with gaps: 5411.0
  if (fraction && !(onlyPointZero && nulls)) return "numeric";
  // A digit of margin: a file to come has larger numbers.
  if (digits <= 9) return "integer";
  return digits <= 18 ? "bigint" : "numeric";
}

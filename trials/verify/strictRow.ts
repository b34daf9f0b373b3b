/** A CSV record that fits the table `records`, its amount doubled. */
export interface CsvRow {
  /** The number as text; undefined for NULL. */
  readonly mcc: string | undefined;
  readonly merchant: string;
  readonly merchantCharacters: number;
  readonly currency: string;
  readonly doubledCents: number;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly cardType: string;
}

/**
 * Reads a record's fields, given one character a byte, by the rules of the table; undefined when a strict loader
 * refuses it. Written apart from the ingest function on purpose, and by other means: it is there to check it.
 */
export function strictRow(fields: readonly string[]): CsvRow | undefined {
  if (fields.length !== 6) return undefined;
  // The others can't hold what is not ASCII: their patterns say so.
  const [mcc, , , amount, date] = fields;
  const [merchant, currency, cardType] = [utf8(fields[1]), utf8(fields[2]), utf8(fields[5])];
  const doubled = doubledCents(amount);
  if (doubled === undefined || !isDate(date) || !isMcc(mcc)) return undefined;
  if (!fits(merchant, 100) || !fits(currency, 10) || !fits(cardType, 50)) return undefined;
  return {
    mcc: mcc === "" ? undefined : String(Number(mcc)),
    merchant,
    merchantCharacters: characters(merchant),
    currency,
    doubledCents: doubled,
    date,
    cardType,
  };
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of the bytes; undefined when they are not UTF-8. */
function utf8(bytes = ""): string | undefined {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  try {
    return decoder.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

const characters = (text: string): number =>
  /[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length;

const fits = (text: string | undefined, limit: number): text is string =>
  text !== undefined && (text.length <= limit || characters(text) <= limit) && !text.includes("\0");

/** Empty, or a whole number that fits an int. */
const isMcc = (text: string | undefined): text is string =>
  text === "" || (text !== undefined && /^[+-]?\d+$/.test(text) && Number(text) === (Number(text) | 0));

/** Twice the amount in hundredths, rounded half away from zero; undefined when it isn't a numeric(15,2). */
function doubledCents(text: string | undefined): number | undefined {
  const [, sign, whole = "", fraction = ""] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text ?? "") ?? [];
  if (whole + fraction === "") return undefined;
  const units = Number(whole + fraction.padEnd(2, "0"));
  // Beyond it no whole number is exact once doubled, and no loader reads that many digits behind a point.
  if (units >= 1e15) return undefined;
  const scale = 10 ** Math.max(fraction.length - 2, 0);
  const halfUp = 2 * units + Math.floor(scale / 2);
  const rounded = (halfUp - (halfUp % scale)) / scale;
  if (rounded >= 1e15) return undefined;
  return sign === "-" ? 0 - rounded : rounded;
}

const knownDates = new Set<string>();

/** A day of the calendar as `YYYY-MM-DD`: what comes back the same from a Date. */
function isDate(text: string | undefined): text is string {
  if (text === undefined) return false;
  if (knownDates.has(text)) return true;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  const isDay =
    !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) && !text.startsWith("0000");
  if (isDay) knownDates.add(text);
  return isDay;
}

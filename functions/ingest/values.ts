import { isUtf8 } from "node:buffer";
import type { Column, Decimal, Value } from "./columns";

/**
 * Makes the reader of fields. It is stricter than PostgreSQL, which takes NaN, Infinity, 0x10 and 1_000 for
 * numbers and "yesterday" for a date.
 *
 * The reader takes a field whose characters stand for bytes (latin1) and answers with its value, or with the
 * reason, an object, why there is none.
 */
export function valueReader(): (column: Column, field: string) => Value | Refusal {
  // Pulumi puts each function that it serializes into a `with` block. There, each use of a name from outside (a
  // global, an import, a constant of the module, even `undefined`) is a search, and a call of a function of the
  // module makes its closure anew: once a field, that takes four times as long as all the rest. So what runs once
  // a record or a field, here and in the files beside it, is an inner function with local names.
  const memory = Buffer;
  const validUtf8 = isUtf8;
  const largest = 2 ** 31;
  const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

  const refuse = (field: string, what: string): Refusal => {
    const shown = memory.from(field.slice(0, 60), "latin1").toString("utf8");
    return { refused: `${JSON.stringify(shown)} is ${what}` };
  };

  function readInteger(field: string): number | Refusal {
    const sign = field.charCodeAt(0);
    const start = sign === 0x2d || sign === 0x2b ? 1 : 0;
    let value = 0;
    for (let i = start; i < field.length; i++) {
      const digit = field.charCodeAt(i) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return refuse(field, "not a whole number");
      value = value * 10 + digit;
    }
    if (field.length === start) return refuse(field, "not a whole number");
    if (value > largest || (value === largest && sign !== 0x2d))
      return refuse(field, "out of the range of int");
    return sign === 0x2d ? 0 - value : value;
  }

  function readDecimal(field: string): Decimal | Refusal {
    const sign = field.charCodeAt(0);
    let units = 0;
    let digits = 0;
    let point = -1;
    for (let i = sign === 0x2d || sign === 0x2b ? 1 : 0; i < field.length; i++) {
      const code = field.charCodeAt(i);
      if (code === 0x2e && point < 0) {
        point = i;
        continue;
      }
      const digit = code - 0x30;
      if (!(digit >= 0 && digit <= 9)) return refuse(field, "not a decimal number");
      units = units * 10 + digit;
      digits++;
    }
    if (digits === 0) return refuse(field, "not a decimal number");
    // 2^53 is a little more than 9 * 10^15, and a transform that doubles must stay below it.
    if (units >= 1e15 || digits > 40) return refuse(field, "a number of more than 15 digits");
    return { units: sign === 0x2d ? 0 - units : units, scale: point < 0 ? 0 : field.length - point - 1 };
  }

  function readDate(field: string): number | Refusal {
    if (field.length !== 10 || field.charCodeAt(4) !== 0x2d || field.charCodeAt(7) !== 0x2d) {
      return refuse(field, "not a date YYYY-MM-DD");
    }
    const year = 100 * twoDigits(field, 0) + twoDigits(field, 2);
    const month = twoDigits(field, 5);
    const day = twoDigits(field, 8);
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    // Comparisons with NaN, which stands for what is no digit, are false.
    if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(month, leap))) {
      return refuse(field, "not a date YYYY-MM-DD");
    }
    const past = year - 1;
    // 730119 days lie between 0001-01-01 and 2000-01-01, the day from which PostgreSQL counts.
    const days = past * 365 + (past >> 2) - ((past / 100) | 0) + ((past / 400) | 0) - 730119;
    return days + (daysBefore[month - 1] ?? 0) + (leap && month > 2 ? 1 : 0) + day - 1;
  }

  function daysIn(month: number, leap: boolean): number {
    if (month === 2) return leap ? 29 : 28;
    return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  }

  function twoDigits(field: string, at: number): number {
    const tens = field.charCodeAt(at) - 0x30;
    const ones = field.charCodeAt(at + 1) - 0x30;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : NaN;
  }

  function readText(field: string): string | Refusal {
    for (let i = 0; i < field.length; i++) {
      if (field.charCodeAt(i) > 0x7f) {
        const bytes = memory.from(field, "latin1");
        return validUtf8(bytes) ? bytes.toString("utf8") : { refused: "the text is not UTF-8" };
      }
    }
    return field;
  }

  return (column, field) => {
    const kind = column.type.kind;
    if (field === "") {
      if (column.required) return { refused: "the field is empty" };
      return kind === "text" ? "" : null;
    }
    if (kind === "text") return readText(field);
    if (kind === "integer") return readInteger(field);
    return kind === "decimal" ? readDecimal(field) : readDate(field);
  };
}

/** The reason why a field has no value, in words. */
export interface Refusal {
  readonly refused: string;
}

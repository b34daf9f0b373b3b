/** What a cell looks like, roughly: enough to tell headers from records and delimiters from text. */
export type CellKind = "empty" | "number" | "moment" | "flag" | "text";

const number =
  /^[-+]?[($€£¥₹]*[-+]?(?:\d+|\d{1,3}(?:[,. '\u00a0\u202f]\d{3})+)?(?:[.,]\d+)?(?:e[-+]?\d+)?[)%$€£¥₹]*-?$/i;
const monthName = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
const clock = "\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?(?: ?[ap]m)?";
const day = `\\d{1,4}([-/. ])(?:\\d{1,2}|${monthName})\\1\\d{1,4}|${monthName} \\d{1,2},? \\d{4}`;
const moment = new RegExp(
  `^(?:${day})(?:[T ]+${clock}(?: ?(?:z|utc|gmt|[-+]\\d{2}:?\\d{2}))?)?$|^${clock}$`,
  "i",
);
const none = /^(?:|null|\\n|n\/?a|nan|none|nil|-+|\.+|\?+|#n\/a|missing|unknown|\(null\))$/i;

/** Whether a text stands for no value in many files. */
export const standsForNull = (text: string): boolean => none.test(text.trim());

export function cellKind(cell: string): CellKind {
  const text = cell.trim();
  if (text === "") return "empty";
  if (/\d/.test(text)) {
    if (number.test(text)) return "number";
    if (moment.test(text)) return "moment";
  } else if (/^(?:true|false|yes|no|[ynt])$/i.test(text)) return "flag";
  return "text";
}

/** A code's letters and digits taken together (`AB-0012` and `XY-7` are alike); "" for what has no digit. */
export function codeShape(cell: string): string {
  if (cell.length > 40 || !/\d/.test(cell)) return "";
  return cell
    .trim()
    .replace(/\p{L}+/gu, "a")
    .replace(/\d+/g, "0");
}

/** Whether a cell is what fields hold when the delimiter is right: a value, a word, a short text. */
export function isCleanCell(cell: string): boolean {
  const kind = cellKind(cell);
  if (kind !== "text") return true;
  return (
    /^[\p{L}\p{N} _.,&'()/:#%+*@!?°$€£²³<>=[\]-]{0,120}$/u.test(cell.trim()) && !/^[,;|\t]|[;|\t]/.test(cell)
  );
}

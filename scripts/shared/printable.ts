/**
 * Text that somebody else wrote, fit for one line on a terminal: what would end the line, move the cursor, colour it,
 * turn its direction or not be seen stands there as `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same where a blank or a quote in it could pass for the end of it. */
export function quoted(text: string): string {
  return /^[^\s"'=]+$/.test(text) ? printable(text) : `"${printable(text.replaceAll(/["\\]/g, "\\$&"))}"`;
}

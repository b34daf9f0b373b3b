/**
 * Text from strangers (file names, records, logs, users' attributes) for a terminal: what would steer it or hide something
 * is shown as its code, `\u001b`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === "\t") return "  ";
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`;
  });
}

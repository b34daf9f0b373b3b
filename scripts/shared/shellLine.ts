/** A command as one line for a POSIX shell. */
export function shellLine(...words: readonly string[]): string {
  return words.map((word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : inQuotes(word))).join(" ");
}

/** A word of a POSIX shell that it takes as it stands. */
export const inQuotes = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

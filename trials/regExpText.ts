/** A text as a regular expression matches it, of JavaScript and of PostgreSQL. */
export const regExpText = (text: string): string => text.replace(/[|\\^$.*+?()[\]{}]/g, "\\$&");

/** What a table has under a name that a client sent: a plain look-up also finds what every object inherits. */
export const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

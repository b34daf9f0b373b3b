/**
 * What a process keeps for its next invocations, under a name. It is no variable of a module: that would be serialized
 * with the function, and what it holds by then, a password too, would stand in the archive.
 */
export function kept<T extends object>(name: string): Partial<T> {
  const home = globalThis as { groundworkKept?: Record<string, object> };
  const all = (home.groundworkKept ??= {});
  return (all[name] ??= {});
}

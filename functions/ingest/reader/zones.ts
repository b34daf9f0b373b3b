const offsetPattern = /^([+-])(\d\d):?(\d\d)?$/;

/** Whether it is an offset as +02:00 or the IANA name of a zone. */
export function isZone(zone: string): boolean {
  if (offsetPattern.test(zone)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes the function that tells how many seconds a zone's clocks are before UTC when they show a time, given in seconds
 * since 2000-01-01. As PostgreSQL has it: what the clocks skip is read as before the change, what they show twice as after.
 */
export function zoneOffsets(zone: string): (local: number) => number {
  const fixed = offsetPattern.exec(zone);
  if (fixed || zone === "UTC") {
    const seconds = fixed ? Number(fixed[2]) * 3600 + Number(fixed[3] ?? 0) * 60 : 0;
    const offset = fixed?.[1] === "-" ? 0 - seconds : seconds;
    return () => offset;
  }
  const epoch = Date.UTC(2000, 0, 1) / 1000;
  const makeDate = Date;
  const toNumber = Number;
  const clocks = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  // Asked once for each day that occurs, which mostly has one offset; for days of change each time.
  const known: Record<number, number> = {};
  const changes = -1_000_000;

  function offsetAt(seconds: number): number {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of clocks.formatToParts((epoch + seconds) * 1000))
      parts[type] = toNumber(value);
    const shown = new makeDate(0);
    shown.setUTCFullYear(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day);
    shown.setUTCHours(parts.hour ?? 0, parts.minute, parts.second);
    return shown.getTime() / 1000 - epoch - seconds;
  }

  return (local) => {
    const day = (local - (((local % 86400) + 86400) % 86400)) / 86400;
    const found = known[day];
    if (found !== undefined && found !== changes) return found;
    const before = offsetAt(day * 86400 - 86400);
    const after = offsetAt(day * 86400 + 2 * 86400);
    if (before === after) return (known[day] = before);
    known[day] = changes;
    return offsetAt(local - after) === after ? after : before;
  };
}

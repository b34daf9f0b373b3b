/** A day and a time as they were written. */
interface Moment {
  year: number;
  month: number;
  day: number;
  /** Of the day; 24:00:00 and a second of 60 are the next day's or minute's. */
  seconds: number;
  micros: number;
  /** Seconds east of UTC, where `zoned`. */
  offset: number;
  zoned: boolean;
}

interface MomentReader {
  readonly moment: Moment;
  /** Reads YYYY-MM-DD at `at`, or what the pattern says; answers with the place behind it, -1 where there is none. */
  readonly readPattern: (src: Buffer, at: number, to: number) => number;
  /** Reads HH:mm, :ss and a fraction. */
  readonly readTime: (src: Buffer, at: number, to: number) => number;
  /** Reads Z, UTC or an offset, blanks before it; `at` where there is none. */
  readonly readZone: (src: Buffer, at: number, to: number) => number;
  /** Days since 2000-01-01, from which PostgreSQL counts; NaN where there is no such day. */
  readonly days: () => number;
}

/** Longer ones before those that they begin with. */
const tokens = ["YYYY", "YY", "MMMM", "MMM", "MM", "M", "DD", "D", "HH", "H", "hh", "h", "mm", "ss", "A"];

/** A pattern's parts: one of the tokens, or a text that must stand there. */
export function patternParts(pattern: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < pattern.length;) {
    const part = tokens.find((token) => pattern.startsWith(token, at)) ?? pattern.charAt(at);
    parts.push(part);
    at += part.length;
  }
  return parts;
}

/** Makes the reader of a pattern's days and times, of clocks and of zones. */
export function momentReader(pattern: string): MomentReader {
  const names = tokens;
  const parts = patternParts(pattern);
  // A token's place among them, or 100 and a character's code.
  const codes = parts.map((part) => (names.includes(part) ? names.indexOf(part) : 100 + part.charCodeAt(0)));
  const monthNames =
    "january february march april may june july august september october november december".split(" ");
  const moment: Moment = { year: 0, month: 0, day: 0, seconds: 0, micros: 0, offset: 0, zoned: false };
  const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
  const toNumber = Number;
  const isPlain = pattern === "YYYY-MM-DD" || pattern === "ISO";
  const noDay = NaN;
  /** Set by `number`. */
  let behind = 0;

  /** A whole number of `least` to `most` digits; -1 where there is none. */
  function number(src: Buffer, at: number, to: number, least: number, most: number): number {
    let value = 0;
    let i = 0;
    for (; i < most && at + i < to; i++) {
      const digit = src[at + i]! - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    behind = at + i;
    return i < least ? -1 : value;
  }

  function monthNamed(src: Buffer, at: number, to: number, whole: boolean): number {
    for (let month = 0; month < 12; month++) {
      const name = monthNames[month]!;
      const length = whole ? name.length : 3;
      let i = 0;
      while (i < length && at + i < to && (src[at + i]! | 0x20) === name.charCodeAt(i)) i++;
      if (i < length) continue;
      behind = at + length;
      return month + 1;
    }
    return -1;
  }

  function readPlain(src: Buffer, at: number, to: number): number {
    if (to - at < 10 || src[at + 4] !== 0x2d || src[at + 7] !== 0x2d) return -1;
    const a = src[at]! - 0x30;
    const b = src[at + 1]! - 0x30;
    const c = src[at + 2]! - 0x30;
    const d = src[at + 3]! - 0x30;
    const e = src[at + 5]! - 0x30;
    const f = src[at + 6]! - 0x30;
    const g = src[at + 8]! - 0x30;
    const h = src[at + 9]! - 0x30;
    // A negative one makes the whole negative.
    if (
      (a | b | c | d | e | f | g | h) < 0 ||
      a > 9 ||
      b > 9 ||
      c > 9 ||
      d > 9 ||
      e > 1 ||
      f > 9 ||
      g > 3 ||
      h > 9
    )
      return -1;
    moment.year = a * 1000 + b * 100 + c * 10 + d;
    moment.month = e * 10 + f;
    moment.day = g * 10 + h;
    moment.seconds = moment.micros = 0;
    moment.zoned = false;
    return at + 10;
  }

  function readPattern(src: Buffer, from: number, to: number): number {
    if (isPlain) return readPlain(src, from, to);
    let at = from;
    let hour = 0;
    let minute = 0;
    let second = 0;
    let half = -1;
    moment.micros = 0;
    moment.zoned = false;
    moment.month = moment.day = 1;
    for (const code of codes) {
      if (code >= 100) {
        if (at >= to || src[at] !== code - 100) return -1;
        at++;
        continue;
      }
      behind = at;
      let value = 0;
      if (code === 0) moment.year = value = number(src, at, to, 4, 4);
      else if (code === 1) {
        value = number(src, at, to, 2, 2);
        // As PostgreSQL has it.
        moment.year = value < 70 ? 2000 + value : 1900 + value;
      } else if (code === 2 || code === 3) moment.month = value = monthNamed(src, at, to, code === 2);
      else if (code === 4 || code === 5) moment.month = value = number(src, at, to, code === 4 ? 2 : 1, 2);
      else if (code === 6 || code === 7) moment.day = value = number(src, at, to, code === 6 ? 2 : 1, 2);
      else if (code >= 8 && code <= 11) {
        hour = value = number(src, at, to, code % 2 === 0 ? 2 : 1, 2);
        if (code >= 10 && (hour < 1 || hour > 12)) return -1;
      } else if (code === 12) minute = value = number(src, at, to, 2, 2);
      else if (code === 13) {
        second = value = number(src, at, to, 2, 2);
        if (value >= 0) behind = readFraction(src, behind, to);
      } else {
        const letter = at + 1 < to && (src[at + 1]! | 0x20) === 0x6d ? src[at]! | 0x20 : 0;
        half = letter === 0x61 ? 0 : letter === 0x70 ? 12 : -1;
        if (half < 0) return -1;
        behind = at + 2;
      }
      if (value < 0) return -1;
      at = behind;
    }
    if (half >= 0) hour = (hour % 12) + half;
    return setTime(hour, minute, second) ? at : -1;
  }

  function setTime(hour: number, minute: number, second: number): boolean {
    moment.seconds = hour * 3600 + minute * 60 + second;
    return (
      minute < 60 &&
      second <= 60 &&
      (moment.seconds < 86400 || (moment.seconds === 86400 && moment.micros === 0))
    );
  }

  /** Rounds to microseconds as PostgreSQL does: half to even, of a double. Sets `micros`. */
  function readFraction(src: Buffer, from: number, to: number): number {
    if (from >= to || src[from] !== 0x2e) return from;
    const value = number(src, from + 1, to, 1, 6);
    if (value < 0) return from;
    const digits = behind - from - 1;
    let end = behind;
    while (end < to && src[end]! >= 0x30 && src[end]! <= 0x39) end++;
    if (end === behind) {
      moment.micros = value;
      for (let i = digits; i < 6; i++) moment.micros *= 10;
      return end;
    }
    const exact = toNumber(src.toString("latin1", from, end)) * 1e6;
    const rest = exact % 1;
    const floor = exact - rest;
    moment.micros = floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0);
    return end;
  }

  function readTime(src: Buffer, at: number, to: number): number {
    moment.micros = 0;
    const hour = number(src, at, to, 1, 2);
    if (hour < 0 || src[behind] !== 0x3a || behind >= to) return -1;
    const minute = number(src, behind + 1, to, 2, 2);
    let second = 0;
    let end = behind;
    if (minute >= 0 && end < to && src[end] === 0x3a) {
      second = number(src, end + 1, to, 2, 2);
      end = second < 0 ? behind : readFraction(src, behind, to);
    }
    return minute < 0 || second < 0 || !setTime(hour, minute, second) ? -1 : end;
  }

  function readZone(src: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && src[at] === 0x20) at++;
    const letter = at < to ? src[at]! : 0;
    moment.offset = 0;
    const isUtc =
      to - at === 3 &&
      (src[at]! | 0x20) === 0x75 &&
      (src[at + 1]! | 0x20) === 0x74 &&
      (src[at + 2]! | 0x20) === 0x63;
    if (isUtc || (letter | 0x20) === 0x7a) {
      moment.zoned = true;
      return at + (isUtc ? 3 : 1);
    }
    if (letter !== 0x2b && letter !== 0x2d) return from;
    const hours = number(src, at + 1, to, 2, 2);
    let end = behind;
    let seconds = hours * 3600;
    // PostgreSQL's own bounds: less than 16 hours.
    if (hours < 0 || hours > 15) return -1;
    for (let unit = 60; unit >= 1 && end < to; unit /= 60) {
      const colon = src[end] === 0x3a;
      if (unit === 1 && !colon) break;
      const part = number(src, colon ? end + 1 : end, to, 2, 2);
      if (part < 0 && !colon) break;
      if (part < 0 || part > 59) return -1;
      seconds += part * unit;
      end = behind;
    }
    moment.zoned = true;
    moment.offset = letter === 0x2d ? 0 - seconds : seconds;
    return end;
  }

  function days(): number {
    const { year, month, day } = moment;
    const leap = (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0);
    const last =
      month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
    if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= last)) return noDay;
    const past = year - 1;
    // 730119 days lie between 0001-01-01 and 2000-01-01.
    return (
      past * 365 +
      (past >> 2) -
      ((past / 100) | 0) +
      ((past / 400) | 0) -
      730119 +
      daysBefore[month - 1]! +
      (leap && month > 2 ? 1 : 0) +
      day -
      1
    );
  }

  return { moment, readPattern, readTime, readZone, days };
}

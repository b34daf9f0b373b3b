/** What `GET /records` is asked for. */
export interface RecordsQuery {
  /** `2024-01-31` */
  readonly day: string;
  /** Rows behind the one with this id. */
  readonly after: string;
  /** Rows in a page. */
  readonly limit: number;
}

type Parameters = Readonly<Record<string, string | undefined>>;

/** Rows in a page at most, and unless told. */
const pageSize = 100;

/** @returns the query, or what is wrong with the request, a sentence. */
export function readQuery({
  day,
  after = "0",
  limit = String(pageSize),
  ...others
}: Parameters): RecordsQuery | { problem: string } {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return { problem: "There is no such parameter: the route takes day, after and limit" };
  if (day === undefined || !isDay(day))
    return { problem: "day must be a day of the calendar, such as ?day=2024-01-31" };
  if (!/^\d{1,18}$/.test(after)) return { problem: "after must be the next of the page before" };
  const rows = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (rows < 1 || rows > pageSize) return { problem: `limit must be a whole number from 1 to ${pageSize}` };
  return { day, after, limit: rows };
}

/** From the year 1 on, which is PostgreSQL's first. */
function isDay(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

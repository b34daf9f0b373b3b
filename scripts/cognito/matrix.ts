import { columns } from "../shared/columns";

/**
 * The kinds of token that the API is called with. All but the member's are those of a user in no group. `access` is got
 * by password, `SRP` by proof of it, `scoped` at the hosted UI; `refreshed` is what a refresh token
 * gave, `ended refresh` a refresh token itself, once it gives no more.
 */
export const tokenKinds = [
  "none",
  "garbage",
  "expired",
  "access",
  "SRP",
  "refreshed",
  "ended refresh",
  "ID",
  "scoped",
  "member",
  "non-member",
] as const;
export type TokenKind = (typeof tokenKinds)[number];

export interface ExpectedRow {
  readonly method: string;
  readonly path: string;
  /** The status code for each kind of token, in the order of `tokenKinds`. */
  readonly statuses: readonly number[];
}

/**
 * What the API answers, written down apart from its document: 401 for a token that the route doesn't take, 403 for
 * a user whom it doesn't let in, 404 for what is no route, whatever comes with it.
 */
export const expectedMatrix: readonly ExpectedRow[] = [
  //                                                  none garb. exp. acc. SRP  refr. end. ID   scop. memb. non-m.
  { method: "GET", path: "/", statuses: [401, 401, 401, 200, 200, 200, 401, 401, 401, 200, 200] },
  { method: "POST", path: "/", statuses: [401, 401, 401, 401, 401, 401, 401, 200, 401, 401, 401] },
  { method: "GET", path: "/scoped", statuses: [401, 401, 401, 401, 401, 401, 401, 401, 200, 401, 401] },
  { method: "GET", path: "/admin-only", statuses: [401, 401, 401, 403, 403, 403, 401, 401, 403, 200, 403] },
  {
    method: "GET",
    path: "/admin-only/all",
    statuses: [401, 401, 401, 200, 200, 200, 401, 401, 200, 200, 200],
  },
  {
    method: "GET",
    path: "/no-such-route",
    statuses: [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404],
  },
  { method: "PUT", path: "/", statuses: [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404] },
];

/** How many calls a check of the API makes at most. */
export const callCount = expectedMatrix.length * tokenKinds.length;

/** The API's answers, row by row as expected; undefined for a kind of token that there was none of. */
export type ActualMatrix = readonly (readonly (number | undefined)[])[];

/** The matrix as cells, a row each route behind its name, and how many answers are not as expected. */
export function matrixRows(actual: ActualMatrix): { rows: string[][]; wrong: number } {
  let wrong = 0;
  const rows = expectedMatrix.map(({ method, path, statuses }, row) => {
    const cells = statuses.map((expected, column) => {
      const status = actual[row]?.[column];
      if (status === undefined) return "-";
      if (status === expected) return String(status);
      wrong++;
      return `${status} not ${expected}`;
    });
    return [`${method} ${path}`, ...cells];
  });
  return { rows, wrong };
}

/** The same as lines of text. */
export function formatMatrix(actual: ActualMatrix): { lines: string[]; wrong: number } {
  const { rows, wrong } = matrixRows(actual);
  return { lines: columns([["", ...tokenKinds], ...rows]), wrong };
}

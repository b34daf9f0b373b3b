import type { Route } from "./apiRoutes";

interface ApiDocumentArgs {
  /** The API's name: `dev-apigateway`. */
  readonly name: string;
  readonly routes: readonly Route[];
  readonly cognitoAuthorizer: { readonly name: string; readonly userPoolArn: string };
  readonly groupAuthorizer: { readonly name: string; readonly invokeArn: string };
  /** The origin whose pages may read answers in a browser: `https://app.example.com`, or `*`. */
  readonly allowedOrigin: string;
}

type Json = Record<string, unknown>;

/** Headers of CORS, in the form that API Gateway takes: fixed values in single quotes. */
type Cors = Readonly<Record<string, string>>;

/**
 * The API as an OpenAPI 3 document with API Gateway's extensions. It is what deploys, what the environment on this
 * machine serves, and what a client may be generated from.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
export function apiDocument(args: ApiDocumentArgs): Json {
  const { cognitoAuthorizer, groupAuthorizer } = args;
  const authorizerNames = { cognito: cognitoAuthorizer.name, group: groupAuthorizer.name };
  const origin: Cors = { "Access-Control-Allow-Origin": `'${args.allowedOrigin}'` };
  return {
    openapi: "3.0.1",
    info: { title: args.name, version: "1" },
    paths: Object.fromEntries(
      [...new Set(args.routes.map(({ path }) => path))].map((path) => [
        path,
        pathItem(
          args.routes.filter((route) => route.path === path),
          authorizerNames,
          origin,
        ),
      ]),
    ),
    components: {
      securitySchemes: {
        [cognitoAuthorizer.name]: securityScheme("cognito_user_pools", {
          type: "cognito_user_pools",
          providerARNs: [cognitoAuthorizer.userPoolArn],
        }),
        [groupAuthorizer.name]: securityScheme("custom", {
          type: "token",
          authorizerUri: groupAuthorizer.invokeArn,
          authorizerResultTtlInSeconds: 300,
        }),
      },
    },
    "x-amazon-apigateway-gateway-responses": gatewayResponses(origin),
  };
}

function securityScheme(authtype: string, authorizer: Json): Json {
  return {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    "x-amazon-apigateway-authtype": authtype,
    "x-amazon-apigateway-authorizer": authorizer,
  };
}

function pathItem(
  routes: readonly Route[],
  authorizerNames: Record<Route["authorizer"]["kind"], string>,
  origin: Cors,
): Json {
  const operations = routes.map(({ method, summary, authorizer }) => {
    const scopes = authorizer.kind === "cognito" ? authorizer.scopes : [];
    return [
      method,
      {
        summary,
        security: [{ [authorizerNames[authorizer.kind]]: scopes }],
        ...mock("200", "Authorized", origin, JSON.stringify({ message: "Authorized!!!" })),
      },
    ] as const;
  });
  const methods = ["OPTIONS", ...routes.map(({ method }) => method.toUpperCase())];
  return { ...Object.fromEntries(operations), options: preflight(methods, origin) };
}

/** What a browser asks before it sends an Authorization header to another origin. It carries no token itself. */
function preflight(methods: readonly string[], origin: Cors): Json {
  const cors = {
    ...origin,
    "Access-Control-Allow-Headers": "'Authorization,Content-Type'",
    "Access-Control-Allow-Methods": `'${methods.join(",")}'`,
    "Access-Control-Max-Age": "'600'",
  };
  return { summary: "CORS", ...mock("204", "CORS", cors) };
}

/** An operation that API Gateway answers by itself. */
function mock(statusCode: string, description: string, headers: Cors, body?: string): Json {
  const names = Object.keys(headers);
  return {
    responses: {
      [statusCode]: {
        description,
        headers: Object.fromEntries(names.map((name) => [name, { schema: { type: "string" } }])),
        ...(body !== undefined && { content: { "application/json": { schema: { type: "object" } } } }),
      },
    },
    "x-amazon-apigateway-integration": {
      type: "mock",
      requestTemplates: { "application/json": JSON.stringify({ statusCode: Number(statusCode) }) },
      passthroughBehavior: "never",
      responses: {
        default: {
          statusCode,
          responseParameters: prefixed("method.response.header.", headers),
          ...(body !== undefined && { responseTemplates: { "application/json": body } }),
        },
      },
    },
  };
}

/**
 * Errors as JSON, readable in a browser too. A route that doesn't exist is a 404: API Gateway's own answer is a 403
 * "Missing Authentication Token", which sends people looking for a token.
 */
function gatewayResponses(origin: Cors): Json {
  const responseParameters = prefixed("gatewayresponse.header.", origin);
  const reason = { "application/json": '{"message":$context.error.messageString}' };
  return {
    DEFAULT_4XX: { responseParameters, responseTemplates: reason },
    DEFAULT_5XX: { responseParameters, responseTemplates: reason },
    MISSING_AUTHENTICATION_TOKEN: {
      statusCode: 404,
      responseParameters,
      responseTemplates: { "application/json": '{"message":"Not Found"}' },
    },
  };
}

function prefixed(prefix: string, headers: Cors): Cors {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [`${prefix}${name}`, value]));
}

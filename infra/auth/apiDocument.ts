import type { Route } from "./apiRoutes";

interface ApiDocumentArgs {
  /** The API's name: `dev-apigateway`. */
  readonly name: string;
  readonly routes: readonly Route[];
  /** By the name of each function that a route names, its ARN as API Gateway invokes it. */
  readonly functionArns: Readonly<Record<string, string>>;
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
  const paths = [...new Set(args.routes.map(({ path }) => path))].map((path) => {
    const own = args.routes.filter((route) => route.path === path);
    return [path, pathItem(own, { authorizerNames, functionArns: args.functionArns, origin })] as const;
  });
  return {
    openapi: "3.0.1",
    info: { title: args.name, version: "1" },
    paths: { ...Object.fromEntries(paths), "/{proxy+}": anyPath(origin) },
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
          // What doesn't look like a token is refused before the function is called.
          identityValidationExpression: "^([Bb][Ee][Aa][Rr][Ee][Rr] +)?[\\w-]+\\.[\\w-]+\\.[\\w-]+$",
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

interface Names {
  readonly authorizerNames: Record<Route["authorizer"]["kind"], string>;
  readonly functionArns: Readonly<Record<string, string>>;
  readonly origin: Cors;
}

function pathItem(routes: readonly Route[], { authorizerNames, functionArns, origin }: Names): Json {
  const operations = routes.map(({ method, summary, authorizer, query = {}, ...route }) => {
    const scopes = authorizer.kind === "cognito" ? authorizer.scopes : [];
    const parameters = Object.entries(query).map(([name, description]) => {
      return { name, in: "query", description, required: false, schema: { type: "string" } };
    });
    return [
      method,
      {
        summary,
        ...(parameters.length > 0 && { parameters }),
        security: [{ [authorizerNames[authorizer.kind]]: scopes }],
        ...(route.function
          ? proxy(functionArns[route.function.name])
          : mock("200", "Authorized", origin, JSON.stringify({ message: "Authorized!!!" }))),
      },
    ] as const;
  });
  const methods = ["OPTIONS", ...routes.map(({ method }) => method.toUpperCase())];
  const parameters = [...(routes[0]?.path ?? "").matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) =>
    pathParameter(name),
  );
  return {
    ...(parameters.length > 0 && { parameters }),
    ...Object.fromEntries(operations),
    options: preflight(methods, origin),
    [anyMethod]: notFound(origin),
  };
}

const pathParameter = (name: string): Json => ({
  name,
  in: "path",
  required: true,
  schema: { type: "string" },
});

/** An operation that a function answers, status and headers too. */
function proxy(uri: string | undefined): Json {
  return {
    responses: {
      "200": {
        description: "The function's answer",
        content: { "application/json": { schema: { type: "object" } } },
      },
    },
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri,
      passthroughBehavior: "when_no_match",
    },
  };
}

const anyMethod = "x-amazon-apigateway-any-method";

/**
 * What no route has. Left to API Gateway it would take a token for the signature of a call to AWS, and quote it in a
 * 403 that the access log keeps.
 */
const notFound = (origin: Cors): Json => ({
  summary: "No such route",
  ...mock("404", "Not Found", origin, JSON.stringify({ message: "Not Found" })),
});

function anyPath(origin: Cors): Json {
  return { [anyMethod]: { ...notFound(origin), parameters: [pathParameter("proxy")] } };
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

/** API Gateway's own answers by type; those that aren't named here are answered as the last two. */
const refusals = {
  ACCESS_DENIED: "User is not authorized to access this resource",
  EXPIRED_TOKEN: "The incoming token has expired",
  MISSING_AUTHENTICATION_TOKEN: "Not Found",
  REQUEST_TOO_LARGE: "Request Too Long",
  THROTTLED: "Too Many Requests",
  UNAUTHORIZED: "Unauthorized",
  UNSUPPORTED_MEDIA_TYPE: "Unsupported Media Type",
  DEFAULT_4XX: "Bad Request",
  DEFAULT_5XX: "Internal Server Error",
};

/**
 * Errors as JSON, readable in a browser too. The texts are fixed: some of API Gateway's own quote the request's token.
 * A route that doesn't exist is a 404: API Gateway's own 403 "Missing Authentication Token" sends people looking for
 * a token.
 */
function gatewayResponses(origin: Cors): Json {
  const responseParameters = prefixed("gatewayresponse.header.", origin);
  return Object.fromEntries(
    Object.entries(refusals).map(([type, message]) => [
      type,
      {
        ...(type === "MISSING_AUTHENTICATION_TOKEN" && { statusCode: 404 }),
        responseParameters,
        responseTemplates: { "application/json": JSON.stringify({ message }) },
      },
    ]),
  );
}

function prefixed(prefix: string, headers: Cors): Cors {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [`${prefix}${name}`, value]));
}

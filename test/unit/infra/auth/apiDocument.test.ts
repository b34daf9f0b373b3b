import { expect } from "chai";
import { apiDocument } from "../../../../infra/auth/apiDocument";
import { routes } from "../../../../infra/auth/apiRoutes";

interface Operation {
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly "x-amazon-apigateway-integration": {
    readonly type: string;
    readonly responses: { readonly default: Record<string, unknown> };
  };
}

describe("the API's document", () => {
  const document = apiDocument({
    name: "dev-apigateway",
    routes,
    functionArns: { records: "arn:records" },
    cognitoAuthorizer: { name: "dev-authorizer-1", userPoolArn: "arn:pool" },
    groupAuthorizer: { name: "dev-group-authorizer", invokeArn: "arn:function" },
    allowedOrigin: "https://app.example.com",
  });
  const paths = document.paths as Record<string, Record<string, Operation>>;

  const table: readonly [method: string, path: string, authorizer: string, scopes: string[]][] = [
    ["get", "/", "dev-authorizer-1", ["aws.cognito.signin.user.admin"]],
    ["post", "/", "dev-authorizer-1", []],
    ["get", "/scoped", "dev-authorizer-1", ["groundwork/read"]],
    ["get", "/admin-only", "dev-group-authorizer", []],
    ["get", "/admin-only/all", "dev-group-authorizer", []],
  ];
  for (const [method, path, authorizer, scopes] of table) {
    it(`has ${method.toUpperCase()} ${path} behind ${authorizer}`, () => {
      expect(paths[path]?.[method]?.security).to.deep.equal([{ [authorizer]: scopes }]);
      expect(paths[path]?.[method]?.["x-amazon-apigateway-integration"].responses.default).to.deep.include({
        statusCode: "200",
        responseTemplates: { "application/json": '{"message":"Authorized!!!"}' },
      });
    });
  }

  it("asks Cognito's authorizer about the pool, and the function for what is kept five minutes a token", () => {
    const { securitySchemes } = document.components as { securitySchemes: Record<string, object> };
    const key = { type: "apiKey", name: "Authorization", in: "header" };
    expect(securitySchemes).to.deep.equal({
      "dev-authorizer-1": {
        ...key,
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": { type: "cognito_user_pools", providerARNs: ["arn:pool"] },
      },
      "dev-group-authorizer": {
        ...key,
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
          type: "token",
          authorizerUri: "arn:function",
          authorizerResultTtlInSeconds: 300,
          identityValidationExpression: "^([Bb][Ee][Aa][Rr][Ee][Rr] +)?[\\w-]+\\.[\\w-]+\\.[\\w-]+$",
        },
      },
    });
  });

  it("answers each route and each preflight by itself, with exactly this", () => {
    const origin = "Access-Control-Allow-Origin";
    const string = { schema: { type: "string" } };
    expect(paths["/scoped"]?.get).to.deep.include({
      responses: {
        "200": {
          description: "Authorized",
          headers: { [origin]: string },
          content: { "application/json": { schema: { type: "object" } } },
        },
      },
      "x-amazon-apigateway-integration": {
        type: "mock",
        requestTemplates: { "application/json": '{"statusCode":200}' },
        passthroughBehavior: "never",
        responses: {
          default: {
            statusCode: "200",
            responseParameters: { [`method.response.header.${origin}`]: "'https://app.example.com'" },
            responseTemplates: { "application/json": '{"message":"Authorized!!!"}' },
          },
        },
      },
    });
    const cors = {
      [origin]: "'https://app.example.com'",
      "Access-Control-Allow-Headers": "'Authorization,Content-Type'",
      "Access-Control-Allow-Methods": "'OPTIONS,GET'",
      "Access-Control-Max-Age": "'600'",
    };
    const named = Object.entries(cors).map(([name, value]) => [`method.response.header.${name}`, value]);
    expect(paths["/scoped"]?.options).to.deep.equal({
      summary: "CORS",
      responses: {
        "204": {
          description: "CORS",
          headers: Object.fromEntries(Object.keys(cors).map((name) => [name, string])),
        },
      },
      "x-amazon-apigateway-integration": {
        type: "mock",
        requestTemplates: { "application/json": '{"statusCode":204}' },
        passthroughBehavior: "never",
        responses: {
          default: { statusCode: "204", responseParameters: Object.fromEntries(named) as object },
        },
      },
    });
    expect(document).to.deep.include({ openapi: "3.0.1", info: { title: "dev-apigateway", version: "1" } });
  });

  it("has those routes, and for each path what a browser asks first, without a token", () => {
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).flatMap((method) => (method === "parameters" ? [] : [`${method} ${path}`])),
    );
    const own = [...new Set(routes.map(({ path }) => path))];
    expect(own).to.include.members([...table.map(([, path]) => path), "/records"]);
    const preflights = own.map((path) => `options ${path}`);
    const others = [...own, "/{proxy+}"];
    expect(operations).to.have.members([
      ...routes.map(({ method, path }) => `${method} ${path}`),
      ...preflights,
      ...others.map((path) => `x-amazon-apigateway-any-method ${path}`),
    ]);
    for (const item of Object.values(paths)) expect(item.options ?? {}).to.not.have.property("security");
    expect(
      paths["/"]?.options?.["x-amazon-apigateway-integration"].responses.default.responseParameters,
    ).to.include({
      "method.response.header.Access-Control-Allow-Origin": "'https://app.example.com'",
      "method.response.header.Access-Control-Allow-Methods": "'OPTIONS,GET,POST'",
    });
  });

  it("answers what it has no route for with 404, whatever the method", () => {
    const any = "x-amazon-apigateway-any-method";
    const integration = {
      type: "mock",
      requestTemplates: { "application/json": '{"statusCode":404}' },
      passthroughBehavior: "never",
      responses: {
        default: {
          statusCode: "404",
          responseParameters: {
            "method.response.header.Access-Control-Allow-Origin": "'https://app.example.com'",
          },
          responseTemplates: { "application/json": '{"message":"Not Found"}' },
        },
      },
    };
    expect(paths["/scoped"]?.[any]).to.deep.include({ "x-amazon-apigateway-integration": integration });
    expect(paths["/{proxy+}"]?.[any]).to.deep.include({
      parameters: [{ name: "proxy", in: "path", required: true, schema: { type: "string" } }],
      "x-amazon-apigateway-integration": integration,
    });
  });

  it("hands a route with a function on to it, and says for clients what it takes", () => {
    const { get } = paths["/records"] ?? {};
    expect(get?.security).to.deep.equal([{ "dev-group-authorizer": [] }]);
    expect(get?.["x-amazon-apigateway-integration"]).to.deep.equal({
      ...{ type: "aws_proxy", httpMethod: "POST", uri: "arn:records", passthroughBehavior: "when_no_match" },
    });
    expect(get).to.deep.include({
      responses: {
        "200": {
          description: "The function's answer",
          content: { "application/json": { schema: { type: "object" } } },
        },
      },
    });
    const parameters = (get as unknown as { parameters: object[] }).parameters;
    expect(parameters[0]).to.deep.equal({
      ...{ name: "day", in: "query", description: "The day, as 2024-01-31", required: false },
      schema: { type: "string" },
    });
  });

  it("says what a path and a query hold where they hold anything", () => {
    expect(paths["/scoped"]).to.not.have.property("parameters");
    expect(paths["/scoped"]?.get).to.not.have.property("parameters");
    const { paths: own } = apiDocument({
      name: "api",
      routes: [{ ...routes[0]!, path: "/orders/{id}", query: { since: "The first day" } }],
      functionArns: {},
      cognitoAuthorizer: { name: "a", userPoolArn: "arn:pool" },
      groupAuthorizer: { name: "b", invokeArn: "arn:function" },
      allowedOrigin: "*",
    }) as { paths: Record<string, { parameters: unknown; get: { parameters: unknown } }> };
    const schema = { type: "string" };
    expect(own["/orders/{id}"]?.parameters).to.deep.equal([
      { name: "id", in: "path", required: true, schema },
    ]);
    expect(own["/orders/{id}"]?.get.parameters).to.deep.equal([
      { name: "since", in: "query", description: "The first day", required: false, schema },
    ]);
  });

  it("has nothing but tokens reach the authorizer's function", () => {
    const { securitySchemes } = document.components as {
      securitySchemes: Record<string, Record<string, { identityValidationExpression: string }>>;
    };
    const scheme = securitySchemes["dev-group-authorizer"]?.["x-amazon-apigateway-authorizer"];
    const expression = new RegExp(scheme?.identityValidationExpression ?? "");
    const signed = "eyJ-_.eyJ9.c2ln-_";
    for (const token of [signed, `Bearer ${signed}`, `bearer  ${signed}`]) expect(token).to.match(expression);
    for (const garbage of ["", "garbage", "a.b", `${signed}.x`, `${signed} x`, "a.b.", `Basic ${signed}`]) {
      expect(garbage).to.not.match(expression);
    }
  });

  it("answers errors as JSON that a page may read, never in API Gateway's words, and an unknown route with 404", () => {
    const responses = document["x-amazon-apigateway-gateway-responses"] as Record<string, object>;
    expect(responses.MISSING_AUTHENTICATION_TOKEN).to.include({ statusCode: 404 });
    expect(Object.keys(responses)).to.have.members([
      "ACCESS_DENIED",
      "EXPIRED_TOKEN",
      "MISSING_AUTHENTICATION_TOKEN",
      "REQUEST_TOO_LARGE",
      "THROTTLED",
      "UNAUTHORIZED",
      "UNSUPPORTED_MEDIA_TYPE",
      "DEFAULT_4XX",
      "DEFAULT_5XX",
    ]);
    for (const response of Object.values(responses)) {
      // Some of its messages quote the token of the request.
      expect(JSON.stringify(response)).to.not.contain("$context");
      expect(response).to.have.nested.property("responseTemplates.application/json");
      expect(response).to.deep.nested.include({
        responseParameters: {
          "gatewayresponse.header.Access-Control-Allow-Origin": "'https://app.example.com'",
        },
      });
    }
  });
});

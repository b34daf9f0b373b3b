import { z } from "zod";
import { GroundworkError } from "../../infra/error";

/*
 * The part of OpenAPI and of API Gateway's extensions that is served on this machine. What isn't listed here is an
 * error: taken silently, it would do something on AWS and nothing on this machine.
 */

const strings = z.record(z.string(), z.string());

/** Values that API Gateway would fill in at each request; here only fixed ones can be served. */
const fixed = z.record(z.string(), z.string().regex(/^'[^']*'$/, "only a fixed value, in single quotes"));

const template = z
  .strictObject({ "application/json": z.string() })
  .transform((templates) => templates["application/json"]);

const mock = z.strictObject({
  type: z.literal("mock"),
  requestTemplates: strings,
  passthroughBehavior: z.literal("never"),
  responses: z.strictObject({
    default: z.strictObject({
      statusCode: z.string(),
      responseParameters: fixed.default({}),
      responseTemplates: template.optional(),
    }),
  }),
});

const proxy = z.strictObject({
  type: z.literal("aws_proxy"),
  httpMethod: z.literal("POST"),
  uri: z.string(),
  passthroughBehavior: z.literal("when_no_match"),
});

const operation = z.object({
  security: z
    .array(z.record(z.string(), z.array(z.string())))
    .max(1)
    .default([]),
  "x-amazon-apigateway-integration": z.discriminatedUnion("type", [mock, proxy]),
});

/** Operations by their methods; what parameters a path has says its name. */
const pathItem = z.preprocess(
  (item) => {
    const { parameters: _, ...operations } = item as Record<string, unknown>;
    return operations;
  },
  z.record(z.string(), operation),
);

const authorizer = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("cognito_user_pools"), providerARNs: z.array(z.string()).length(1) }),
  z.strictObject({
    type: z.literal("token"),
    authorizerUri: z.string(),
    identityValidationExpression: z.string().optional(),
    authorizerResultTtlInSeconds: z.int().min(0).max(3600).default(300),
  }),
]);

const gatewayResponse = z.strictObject({
  statusCode: z.int().optional(),
  responseParameters: fixed.default({}),
  responseTemplates: template.optional(),
});

const documentSchema = z.object({
  info: z.object({ title: z.string() }),
  paths: z.record(z.string(), pathItem),
  components: z.object({
    securitySchemes: z.record(
      z.string(),
      z.strictObject({
        type: z.literal("apiKey"),
        name: z.literal("Authorization"),
        in: z.literal("header"),
        "x-amazon-apigateway-authtype": z.string(),
        "x-amazon-apigateway-authorizer": authorizer,
      }),
    ),
  }),
  "x-amazon-apigateway-gateway-responses": z.record(z.string(), gatewayResponse).default({}),
});

export type ApiDocument = z.infer<typeof documentSchema>;
export type ApiOperation = z.infer<typeof operation>;
export type MockIntegration = z.infer<typeof mock>;
export type Authorizer = z.infer<typeof authorizer>;

/** @throws GroundworkError for a document that can't be served here */
export function readDocument(body: string): ApiDocument {
  const parsed = documentSchema.safeParse(JSON.parse(body));
  if (parsed.success) return parsed.data;
  throw GroundworkError.all(
    "The API can't be served on this machine (local/apigateway/document.ts lists what can)",
    parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
  );
}

/** Whether the document lets pages of an origin read its answers: those of others have no business with it. */
export function allowsOrigin(document: ApiDocument, origin: string): boolean {
  const { DEFAULT_4XX } = document["x-amazon-apigateway-gateway-responses"];
  const allowed = fixedHeaders(DEFAULT_4XX?.responseParameters ?? {})["access-control-allow-origin"];
  return allowed === "*" || allowed === origin;
}

/** Headers without the prefix that tells API Gateway where they go, and without the quotes of fixed values. */
export function fixedHeaders(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name.replace(/^(method\.response|gatewayresponse)\.header\./, "").toLowerCase(),
      value.slice(1, -1),
    ]),
  );
}

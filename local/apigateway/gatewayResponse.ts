import { type ApiDocument, fixedHeaders } from "./document";

/**
 * API Gateway's own answers by type: status, the text of `x-amzn-errortype`, message.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const types = {
  ACCESS_DENIED: [403, "AccessDeniedException", "User is not authorized to access this resource"],
  // What a function's failure, or an answer of another form than a proxy's, becomes: with 502, as API Gateway logs it.
  API_CONFIGURATION_ERROR: [502, "InternalServerErrorException", "Internal server error"],
  AUTHORIZER_CONFIGURATION_ERROR: [500, "AuthorizerConfigurationException", null],
  AUTHORIZER_FAILURE: [500, "AuthorizerConfigurationException", null],
  BAD_REQUEST_PARAMETERS: [400, "BadRequestException", "Bad Request"],
  EXPIRED_TOKEN: [401, "UnauthorizedException", "The incoming token has expired"],
  // A function that Lambda doesn't call: 500, and not the 504 of other integrations:
  // https://repost.aws/questions/QUfI6bsdd0SOiPeyimzxSkfQ
  INTEGRATION_FAILURE: [500, "InternalServerErrorException", "Internal server error"],
  INTEGRATION_TIMEOUT: [504, "InternalServerErrorException", "Endpoint request timed out"],
  MISSING_AUTHENTICATION_TOKEN: [403, "MissingAuthenticationTokenException", "Missing Authentication Token"],
  REQUEST_TOO_LARGE: [413, "RequestEntityTooLargeException", "Request Too Long"],
  THROTTLED: [429, "TooManyRequestsException", "Too Many Requests"],
  UNAUTHORIZED: [401, "UnauthorizedException", "Unauthorized"],
  UNSUPPORTED_MEDIA_TYPE: [415, "UnsupportedMediaTypeException", "Unsupported Media Type"],
} as const;

export type GatewayResponseType = keyof typeof types;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** JSON unless the headers say otherwise; empty for none. */
  readonly body: string | Buffer;
}

/** An answer that API Gateway gives by itself, as the document words it. */
export function gatewayResponse(document: ApiDocument, type: GatewayResponseType): Answer {
  const [status, errorType, message] = types[type];
  const responses = document["x-amazon-apigateway-gateway-responses"];
  const custom = responses[type] ?? responses[status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"];
  const template = custom?.responseTemplates ?? '{"message":$context.error.messageString}';
  return {
    status: custom?.statusCode ?? status,
    headers: { "x-amzn-errortype": errorType, ...fixedHeaders(custom?.responseParameters ?? {}) },
    body: template.replaceAll("$context.error.messageString", () => JSON.stringify(message)),
  };
}

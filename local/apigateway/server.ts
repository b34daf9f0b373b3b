import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { GroundworkError } from "../../infra/error";
import type { Scope } from "../../programs/attributes/table";
import type { Session } from "../session";
import { AwsError, addressOf, listen, readBody } from "../http";
import { own } from "../own";
import { type AuthorizerServices, type Caller, authorizerCheck, securityOf } from "./authorize";
import { type ApiDocument, type MockIntegration, allowsOrigin, fixedHeaders, readDocument } from "./document";
import { type Answer, type GatewayResponseType, gatewayResponse } from "./gatewayResponse";
import { findPath } from "./paths";
import { proxied } from "./proxy";
import { Throttle } from "./throttle";

interface Api {
  readonly document: ApiDocument;
  readonly checks: ReadonlyMap<string, ReturnType<typeof authorizerCheck>>;
  readonly url: string;
  readonly throttles: Map<string, Throttle>;
}

/** API Gateway's quota of an account: requests a second, and at once. */
const accountThrottle = [10_000, 5000] as const;

/** API Gateway on this machine: REST APIs from their OpenAPI documents, with authorizers, functions and mocks. */
export class LocalApiGateway {
  private readonly apis = new Map<string, Api>();

  constructor(
    private readonly session: Session,
    private readonly scope: Scope,
    private readonly services: AuthorizerServices,
  ) {}

  /**
   * Serves an API, each at a port of its own; one that is served already goes on by the new document.
   * @throws GroundworkError for a document that can't be served here
   */
  async putRestApi(id: string, body: string): Promise<void> {
    const document = readDocument(body);
    const { securitySchemes } = document.components;
    const checks = Object.entries(securitySchemes).map(
      ([name, scheme]) =>
        [name, authorizerCheck(scheme["x-amazon-apigateway-authorizer"], this.services)] as const,
    );
    const known = this.apis.get(id);
    if (known) return void this.apis.set(id, { ...known, document, checks: new Map(checks) });
    const throttles = new Map<string, Throttle>();
    const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const requestId = randomUUID();
      const answer = await this.answer(id, request, requestId);
      response.writeHead(answer.status, {
        ...(answer.body.length > 0 && { "content-type": "application/json" }),
        "x-amzn-requestid": requestId,
        "x-amz-apigw-id": randomBytes(11).toString("base64"),
        ...answer.headers,
      });
      response.end(request.method === "HEAD" ? "" : answer.body);
    };
    const url = await listen(this.session, serve, {
      isOfApp: (origin) => allowsOrigin(this.find(id).document, origin),
      port: this.apis.size === 0 ? this.services.port : undefined,
    });
    this.apis.set(id, { document, checks: new Map(checks), url, throttles });
  }

  /** Makes the API answer below `/<stage>`. @returns the stage's URL */
  createStage(id: string, stage: string): string {
    const { url, throttles } = this.find(id);
    throttles.set(stage, new Throttle(...accountThrottle));
    return `${url}/${stage}`;
  }

  /** Requests a second, and at once, for a stage. */
  setThrottling(id: string, stage: string, rate: number, burst: number): void {
    this.find(id).throttles.set(stage, new Throttle(rate, burst));
  }

  private find(id: string): Api {
    const api = this.apis.get(id);
    if (!api)
      throw new GroundworkError(`There is no REST API ${id} on this machine: make it before its stage`);
    return api;
  }

  private async answer(id: string, request: IncomingMessage, requestId: string): Promise<Answer> {
    const { document, checks, url, throttles } = this.find(id);
    const body = await readBody(request).catch(unlessTooLarge);
    const asked = addressOf(request, url);
    const [, stage = "", rest = ""] = /^\/([^/]*)(.*)$/.exec(asked.pathname) ?? [];
    const throttle = throttles.get(stage);
    if (!throttle) return forbidden;
    const refuse = (type: GatewayResponseType): Answer => gatewayResponse(document, type);
    if (!body) return refuse("REQUEST_TOO_LARGE");
    if (!throttle.take()) return refuse("THROTTLED");
    const method = request.method ?? "GET";
    const path = rest.replace(/\/$/, "") || "/";
    const { template = "", parameters = {} } = findPath(document.paths, path) ?? {};
    const item = document.paths[template];
    const operation = item && (own(item, method.toLowerCase()) ?? item[anyMethod]);
    if (!operation) return refuse("MISSING_AUTHENTICATION_TOKEN");
    const [authorizer, scopes] = securityOf(operation) ?? [];
    const { region, account } = this.scope;
    let caller: Caller | undefined;
    if (authorizer !== undefined) {
      const methodArn = `arn:aws:execute-api:${region}:${account}:${id}/${stage}/${method}${rest || "/"}`;
      const token = request.headers.authorization;
      const verdict = await checks.get(authorizer)?.({ token, methodArn, scopes: scopes ?? [] });
      if (typeof verdict === "string") return refuse(verdict);
      caller = verdict;
    }
    const integration = operation["x-amazon-apigateway-integration"];
    if (integration.type === "mock")
      return mockAnswer(integration, request) ?? refuse("UNSUPPORTED_MEDIA_TYPE");
    const answer = await proxied(this.services.lambda, integration.uri, {
      ...{ request, url: asked, body, template, path: rest || "/", parameters, caller },
      api: { id, stage, account, requestId },
    });
    return typeof answer === "string" ? refuse(answer) : answer;
  }
}

const anyMethod = "x-amazon-apigateway-any-method";

/** Of a body that was refused, and not broken off, there is someone to tell. */
function unlessTooLarge(error: unknown): undefined {
  if (!(error instanceof AwsError)) throw error;
}

/** For a stage that doesn't exist, of which the document knows nothing. */
const forbidden: Answer = {
  status: 403,
  headers: { "x-amzn-errortype": "ForbiddenException" },
  body: '{"message":"Forbidden"}',
};

/** A mock integration's answer; undefined where it has no template for what the request's body is. */
function mockAnswer(integration: MockIntegration, request: IncomingMessage): Answer | undefined {
  const contentType = request.headers["content-type"]?.split(";")[0]?.trim() ?? "application/json";
  if (own(integration.requestTemplates, contentType) === undefined) return undefined;
  const { statusCode, responseParameters, responseTemplates = "" } = integration.responses.default;
  return { status: Number(statusCode), headers: fixedHeaders(responseParameters), body: responseTemplates };
}

import { expect } from "chai";
import { apiDocument } from "../../../infra/auth/apiDocument";
import type { Route } from "../../../infra/auth/apiRoutes";
import { LocalApiGateway } from "../../../local/apigateway/server";
import { AwsError } from "../../../local/http";
import { useSession } from "../../support/lambda";

type Event = Record<string, unknown> & { requestContext: Record<string, unknown> };
interface Answer {
  functionError?: string;
  payload: string;
}

/** What runs behind the routes is tried as it deploys in records.test.ts. */
describe("a route with a function", () => {
  const session = useSession();
  const events: { name: string; event: Event }[] = [];
  let answer: () => Promise<Answer>;
  let url: string;

  const route = (method: Route["method"], path: string, name: string): Route => ({
    ...{ method, path, summary: "", authorizer: { kind: "group", passes: "everyone" } },
    function: { name, callback: () => undefined, packages: [], database: false },
  });
  const routes = [
    route("get", "/items", "list"),
    route("get", "/items/{id}", "one"),
    route("get", "/items/all", "all"),
    route("post", "/items/{id}/parts/{part}", "part"),
    route("get", "/items/all/{rest+}", "rest"),
  ];

  before(async () => {
    const arnOf = (name: string) =>
      `arn:aws:apigateway:r:lambda:path/2015-03-31/functions/${name}/invocations`;
    const document = apiDocument({
      ...{ name: "api", routes, allowedOrigin: "*" },
      cognitoAuthorizer: { name: "cognito", userPoolArn: "arn:pool" },
      groupAuthorizer: { name: "group", invokeArn: arnOf("authorizer") },
      functionArns: Object.fromEntries(
        ["list", "one", "all", "part", "rest"].map((name) => [name, arnOf(name)] as const),
      ),
    });
    const invoke = (name: string, payload: unknown): Promise<Answer> => {
      if (name === "authorizer") {
        const Statement = [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" }];
        return Promise.resolve({
          payload: JSON.stringify({
            principalId: "p",
            policyDocument: { Statement },
            context: { username: "ann" },
          }),
        });
      }
      events.push({ name, event: payload as Event });
      return answer();
    };
    const scope = { region: "us-east-1", account: "123456789012", stack: "local" };
    const gateway = new LocalApiGateway(session(), scope, {
      lambda: { invoke } as never,
      issuer: () => "http://127.0.0.1",
    });
    await gateway.putRestApi("abc", JSON.stringify(document));
    url = gateway.createStage("abc", "local");
  });
  beforeEach(() => {
    events.length = 0;
    answer = says({ statusCode: 200, body: "{}" });
  });

  const says = (given: unknown, functionError?: string) => () =>
    Promise.resolve({ payload: JSON.stringify(given), ...(functionError && { functionError }) });
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { ...init, headers: { authorization: "a.b.c", ...init.headers } });
  const called = () => events.map(({ name, event }) => [name, event.pathParameters]);

  const paths: [path: string, name: string, parameters: object | null][] = [
    ["/items", "list", null],
    ["/items/", "list", null],
    ["/items/7", "one", { id: "7" }],
    ["/items/all", "all", null],
    ["/items/all/a/b", "rest", { rest: "a/b" }],
    ["/items/a%2Fb%20%C3%A4", "one", { id: "a/b ä" }],
    ["/items/__proto__", "one", { id: "__proto__" }],
  ];
  for (const [path, name, parameters] of paths) {
    it(`answers ${path} by ${name}`, async () => {
      expect((await call(path)).status).to.equal(200);
      expect(called()).to.deep.equal([[name, parameters]]);
    });
  }

  it("answers 404 to another method and to longer paths, 400 to percent signs that mean nothing, 401 to nobody", async () => {
    for (const [path, method, status] of [
      ["/items/7", "DELETE", 404],
      ["/items/7/parts", "POST", 404],
      ["/nothing", "GET", 404],
      ["/items/%E0%A4%A", "GET", 400],
    ] as const) {
      expect((await call(path, { method })).status, path).to.equal(status);
    }
    expect((await fetch(`${url}/items`)).status).to.equal(401);
    expect(events).to.deep.equal([]);
  });

  it("gets the request as format 1.0 has it, and who calls", async () => {
    const headers = { "content-type": "application/json", "x-mine": "1" };
    await call("/items/7/parts/8?a=1&a=2&b=%C3%A4", { method: "POST", body: '{"ä":1}', headers });
    const [{ event } = { event: {} as Event }] = events;
    expect(event).to.deep.include({
      resource: "/items/{id}/parts/{part}",
      path: "/items/7/parts/8",
      httpMethod: "POST",
      queryStringParameters: { a: "2", b: "ä" },
      multiValueQueryStringParameters: { a: ["1", "2"], b: ["ä"] },
      pathParameters: { id: "7", part: "8" },
      stageVariables: null,
      body: '{"ä":1}',
      isBase64Encoded: false,
    });
    expect(event.headers).to.include({ "x-mine": "1", "content-type": "application/json" });
    expect(event.multiValueHeaders).to.deep.include({ "x-mine": ["1"] });
    expect(event.requestContext).to.deep.include({
      ...{ accountId: "123456789012", apiId: "abc", stage: "local", httpMethod: "POST" },
      ...{ path: "/local/items/7/parts/8", resourcePath: "/items/{id}/parts/{part}" },
      authorizer: { principalId: "p", username: "ann" },
    });
    await call("/items/");
    expect(events[1]?.event).to.include({ body: null, queryStringParameters: null });
    // As it was sent, though the slash at its end makes no other path: https://github.com/floci-io/floci/issues/1557
    expect(events[1]?.event).to.include({ path: "/items/", resource: "/items" });
    expect(events[1]?.event.requestContext).to.include({ path: "/local/items/" });
  });

  it("gives status, headers and body, in base64 too", async () => {
    answer = says({
      ...{ statusCode: 201, headers: { "X-One": 1 }, multiValueHeaders: { "set-cookie": ["a=1", "b=2"] } },
      ...{ body: Buffer.from([0xff, 0]).toString("base64"), isBase64Encoded: true },
    });
    const response = await call("/items");
    expect(response.status).to.equal(201);
    expect(response.headers.get("x-one")).to.equal("1");
    expect(response.headers.getSetCookie()).to.deep.equal(["a=1", "b=2"]);
    expect(Buffer.from(await response.arrayBuffer())).to.deep.equal(Buffer.from([0xff, 0]));
    answer = says({ statusCode: 204, headers: null });
    expect(await (await call("/items")).text()).to.equal("");
  });

  it("is not reached by addresses without a stage, be their first slashes two", async () => {
    for (const path of ["//", "///", "//local/items", "/items"])
      expect((await fetch(new URL(url).origin + path)).status, path).to.equal(403);
  });

  it("that fails or answers in no form of a proxy's becomes a 502 that says no more, one that can't be called a 500", async () => {
    const answers = [
      says({ errorMessage: "secret" }, "Unhandled"),
      says({ body: "no status" }),
      says("text"),
      says(null),
    ];
    const refused = () => Promise.reject(new AwsError("TooManyRequestsException", 429, "Rate exceeded"));
    for (answer of [...answers, refused]) {
      const response = await call("/items");
      expect([response.status, await response.json()]).to.deep.equal([
        answer === refused ? 500 : 502,
        { message: "Internal Server Error" },
      ]);
    }
  });
});

import { expect } from "chai";
import { LocalApiGateway } from "../../../local/apigateway/server";
import { Session } from "../../../local/session";

describe("API Gateway on this machine", () => {
  let session: Session;
  let url: string;

  before(async () => {
    session = new Session();
    const scope = { region: "us-east-1", account: "123456789012", stack: "local" };
    const lambda = { invoke: () => Promise.reject(new Error("The API has no authorizer")) };
    const gateway = new LocalApiGateway(session, scope, { lambda, issuer: () => "" });
    const integration = {
      type: "mock",
      requestTemplates: { "application/json": '{"statusCode": 200}' },
      passthroughBehavior: "never",
      responses: { default: { statusCode: "200" } },
    };
    const document = {
      info: { title: "api" },
      paths: { "/hello": { get: { "x-amazon-apigateway-integration": integration } } },
      components: { securitySchemes: {} },
    };
    await gateway.putRestApi("api", JSON.stringify(document));
    url = gateway.createStage("api", "v1");
  });
  after(() => session.close());

  it("takes the content types that a method has a template for, and no other", async () => {
    const statusOf = async (type?: string) =>
      (await fetch(`${url}/hello`, { headers: { ...(type !== undefined && { "content-type": type }) } }))
        .status;
    expect(await statusOf()).to.equal(200);
    expect(await statusOf("application/json; charset=utf-8")).to.equal(200);
    for (const type of ["text/plain", "constructor"]) expect(await statusOf(type), type).to.equal(415);
  });
});

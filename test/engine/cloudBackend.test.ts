import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { needsPulumi } from "./support/deployed";
import { Engine } from "./support/engine";

describe("Pulumi Cloud", () => {
  let engine: Engine;
  let server: Server;
  let cloud: NodeJS.ProcessEnv;
  /** What the service answers when it is asked for a stack, and for the user. */
  let answers: { stack: number; user: number };
  before(needsPulumi);
  before(async () => {
    engine = Engine.create();
    engine.configure("dev", { "aws:skipCredentialsValidation": true });
    server = createServer((request, response) => {
      request.resume();
      const { pathname } = new URL(request.url ?? "", "http://localhost");
      const reply = (code: number, body: object): void =>
        void response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (pathname === "/api/user" && answers.user === 200) {
        reply(200, {
          githubLogin: "me",
          name: "me",
          organizations: [{ githubLogin: "me" }, { githubLogin: "acme" }],
        });
      } else if (pathname === "/api/user") {
        reply(answers.user, {
          code: answers.user,
          message: "Unauthorized: No credentials provided or are invalid.",
        });
      } else if (pathname.startsWith("/api/stacks/")) {
        reply(answers.stack, { code: answers.stack, message: "the service's own words" });
      } else {
        reply(pathname === "/api/capabilities" ? 200 : 404, { code: 404, message: "not here" });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cloud = {
      PULUMI_BACKEND_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      PULUMI_ACCESS_TOKEN: "pul-0123456789",
    };
  });
  beforeEach(() => (answers = { stack: 404, user: 200 }));
  after(() => {
    server?.close();
    engine?.close();
  });

  const preview = (stack: string) => engine.npm("preview", ["--stack", stack, "--only", "database"], cloud);

  it("that knows no such stack makes it absent, and names the command that makes it", async () => {
    const { code, output } = await preview("acme/dev");
    expect(output).to.include(
      "stack acme/dev of database is not there: npm run init -- --stack acme/dev makes it",
    );
    expect(code).to.equal(1);
  });

  for (const status of [401, 403, 500]) {
    it(`that answers ${status} for a stack fails the command, and doesn't make the stack absent`, async () => {
      answers.stack = status;
      const { code, output } = await preview("dev");
      expect(output)
        .to.include("Nothing was touched: stack dev of database: ")
        .and.not.match(/is not (there|deployed)/);
      expect(code).to.equal(1);
    });
  }

  it("that refuses the token fails the command, with what to do", async () => {
    answers = { stack: 401, user: 401 };
    const { code, output } = await preview("dev");
    expect(output).to.include("Pulumi Cloud doesn't take the access token");
    expect(code).to.equal(1);
  });

  it("knows whose organizations there are", async () => {
    const { code, output } = await preview("other/dev");
    expect(output).to.include("is in no organization other: there are me, acme");
    expect(code).to.equal(1);
  });
});

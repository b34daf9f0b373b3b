import { type KeyObject, generateKeyPairSync, sign } from "node:crypto";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { groupAuthorizerHandler } from "../../../../functions/groupAuthorizer/handler";
import { keepEnvironment } from "../../../support/environment";

describe("the group authorizer", () => {
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const methodArn = "arn:aws:execute-api:us-east-1:123456789012:abc123/dev/GET/admin-only";
  const restoreEnvironment = keepEnvironment();
  let server: Server;
  let issuer: string;
  let keysAsked: number;
  let keysStatus: number;
  let keysBody: string | undefined;
  let authorize: ReturnType<typeof groupAuthorizerHandler>;
  let logged: string[];
  const { log } = console;

  before(async () => {
    server = createServer((_request, response) => {
      keysAsked++;
      if (keysStatus === 0) return; // Never answers.
      const jwk = { ...own.publicKey.export({ format: "jwk" }), kid: "own", use: "sig", alg: "RS256" };
      response.writeHead(keysStatus).end(keysBody ?? JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/us-east-1_pool`;
  });
  after(() => {
    restoreEnvironment();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    process.env.TOKEN_ISSUER = issuer;
    process.env.TOKEN_CLIENT_IDS = "app,hosted";
    logged = [];
    console.log = (line: string) => logged.push(line);
    keysAsked = 0;
    keysStatus = 200;
    keysBody = undefined;
    authorize = groupAuthorizerHandler({ memberGroup: "test-g1", everyone: ["GET/admin-only/all"] });
  });

  afterEach(() => {
    console.log = log;
  });

  const now = () => Math.floor(Date.now() / 1000);
  const claims = (changes: object = {}) => ({
    ...{ iss: issuer, sub: "user-1", token_use: "access", client_id: "app", username: "alice" },
    ...{ iat: now() - 10, exp: now() + 600, scope: "aws.cognito.signin.user.admin" },
    ...changes,
  });

  function token(payload: object, header: object = {}, key: KeyObject = own.privateKey): string {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const signed = `${encode({ alg: "RS256", kid: "own", typ: "JWT", ...header })}.${encode(payload)}`;
    return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`;
  }

  const call = (authorizationToken: string) => authorize({ type: "TOKEN", authorizationToken, methodArn });

  async function allowed(authorizationToken: string): Promise<unknown> {
    const { policyDocument } = await call(authorizationToken);
    expect(policyDocument.Version).to.equal("2012-10-17");
    const [statement, ...others] = policyDocument.Statement;
    expect(others).to.deep.equal([]);
    expect(statement).to.include({ Effect: "Allow", Action: "execute-api:Invoke" });
    return (statement as { Resource: unknown }).Resource;
  }

  async function failure(authorizationToken: string): Promise<string> {
    try {
      await call(authorizationToken);
    } catch (error) {
      return (error as Error).message;
    }
    return "passed";
  }

  it("lets a member call everything, with or without Bearer in front of the token", async () => {
    const members = token(claims({ "cognito:groups": ["other", "test-g1"] }));
    const everything = ["arn:aws:execute-api:us-east-1:123456789012:abc123/dev/*"];
    expect(await allowed(members)).to.deep.equal(everything);
    expect(await allowed(`Bearer ${members}`)).to.deep.equal(everything);
  });

  it("lets any other user call what is named as everyone's and nothing else", async () => {
    for (const groups of [
      {},
      { "cognito:groups": ["test-g10", "TEST-G1"] },
      { "cognito:groups": "test-g1" },
    ]) {
      expect(await allowed(token(claims(groups)))).to.deep.equal([
        "arn:aws:execute-api:us-east-1:123456789012:abc123/dev/GET/admin-only/all",
      ]);
    }
  });

  it("tells the API who called, and takes tokens of each of its clients", async () => {
    const { principalId, context } = await call(
      token(claims({ client_id: "hosted", "cognito:groups": ["a", "b"] })),
    );
    expect({ principalId, context }).to.deep.equal({
      principalId: "user-1",
      context: { username: "alice", groups: "a,b" },
    });
  });

  const refused: Readonly<Record<string, () => string>> = {
    "of another issuer": () => token(claims({ iss: `${issuer}x` })),
    "for another client": () => token(claims({ client_id: "stranger" })),
    "for no client": () => token(claims({ client_id: undefined })),
    "that is an ID token": () => token(claims({ token_use: "id", aud: "app" })),
    "that has expired": () => token(claims({ exp: now() - 1 })),
    "that is not yet valid": () => token(claims({ nbf: now() + 300 })),
    "signed by an unknown key": () => token(claims(), { kid: "unknown" }, foreign.privateKey),
    "signed by another key under a known id": () => token(claims(), {}, foreign.privateKey),
    "without a key id": () => token(claims(), { kid: undefined }),
    "with algorithm none": () => {
      const [header = "", payload = ""] = token(claims(), { alg: "none" }).split(".");
      return `${header}.${payload}.`;
    },
    "with algorithm none and a signature all the same": () => token(claims(), { alg: "none" }),
    "signed with the public key as an HMAC secret": () => token(claims(), { alg: "HS256" }),
    "whose payload was changed": () => {
      const [header = "", , signature = ""] = token(claims()).split(".");
      const [, payload = ""] = token(claims({ "cognito:groups": ["test-g1"] })).split(".");
      return `${header}.${payload}.${signature}`;
    },
    "that is garbage": () => "garbage",
    "that is empty": () => "",
  };
  for (const [name, make] of Object.entries(refused)) {
    it(`answers 401 to a token ${name}`, async () => {
      const refusedToken = make();
      expect(await failure(refusedToken)).to.equal("Unauthorized");
      expect(logged).to.have.length(1);
      expect(logged[0]).to.contain("refused");
      if (refusedToken.includes(".")) expect(logged[0]).to.not.contain(refusedToken.split(".")[1]);
      expect(await failure(token(claims()))).to.equal("passed");
    });
  }

  it("fetches the pool's keys once for many calls", async () => {
    for (let i = 0; i < 5; i++) await call(token(claims({ sub: `user-${i}` })));
    expect(keysAsked).to.equal(1);
  });

  it("fails rather than refuses when it can't have the keys", async () => {
    keysStatus = 503;
    expect(await failure(token(claims()))).to.match(/jwks\.json.*503/s);
  });

  for (const body of ["<html>Service Unavailable</html>", "", "[]", "{}", '{"keys":[{"kid":"own"}]}']) {
    it(`fails rather than refuses when the keys are ${JSON.stringify(body)}`, async () => {
      keysBody = body;
      expect(await failure(token(claims()))).to.match(/JWK|fetch/);
    });
  }
  it("gives up after three seconds where whoever has the keys doesn't answer", async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const asked: number[] = [];
    AbortSignal.timeout = (milliseconds) => {
      asked.push(milliseconds);
      return timeout(20);
    };
    keysStatus = 0;
    try {
      expect(await failure(token(claims()))).to.match(/jwks\.json.*timeout/s);
    } finally {
      AbortSignal.timeout = timeout;
    }
    expect(asked).to.deep.equal([3000]);
  });

  it("takes a token without a name and groups as one of nobody in particular", async () => {
    const { context } = await call(token(claims({ username: undefined })));
    expect(context).to.deep.equal({ username: "", groups: "" });
    const numbers = await call(token(claims({ username: 7, "cognito:groups": [9] })));
    expect(numbers.context).to.deep.equal({ username: "", groups: "9" });
  });

  it("names the variable that its environment lacks", async () => {
    delete process.env.TOKEN_CLIENT_IDS;
    expect(await failure(token(claims()))).to.contain("TOKEN_CLIENT_IDS");
  });
});

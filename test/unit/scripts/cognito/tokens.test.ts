import { createHmac } from "node:crypto";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { GroundworkError } from "../../../../infra/error";
import { exchange, newSignIn } from "../../../../scripts/cognito/hostedSignIn";
import type { Target } from "../../../../scripts/cognito/target";
import { claimsOf, signIn } from "../../../../scripts/cognito/tokens";

describe("tokens for a code", () => {
  let server: Server;
  let answer: { status: number; type: string; body: string };
  before(async () => {
    server = createServer((_request, response) => {
      response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());

  const asked = (status: number, body: string, type = "application/json") => {
    answer = { status, type, body };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const request = newSignIn({ url, clientId: "c", callbackUrls: [] }, "http://localhost:1/callback");
    return exchange(request, "code").catch((error: unknown) => error);
  };

  it("have no ID token where openid was not asked for", async () => {
    expect(await asked(200, '{"access_token":"a","refresh_token":"r"}')).to.deep.equal({
      accessToken: "a",
      idToken: undefined,
      refreshToken: "r",
    });
  });

  const others: [what: string, status: number, body: string, type: string, said: RegExp][] = [
    [
      "a page of HTML",
      502,
      "<html>Bad gateway</html>",
      "text/html",
      /answered 502 with text\/html instead of/,
    ],
    ["nothing", 200, "", "text/plain", /answered 200 with text\/plain instead of tokens/],
    ["JSON that holds no token", 200, "null", "application/json", /instead of tokens/],
    ["JSON that is of other types", 200, '{"access_token":1}', "application/json", /instead of tokens/],
    ["tokens with a failing status", 500, '{"access_token":"a"}', "application/json", /answered 500/],
    [
      "a refusal",
      400,
      '{"error":"invalid_grant"}',
      "application/json",
      /gave no tokens \(400 invalid_grant\)/,
    ],
  ];
  for (const [what, status, body, type, said] of others) {
    it(`are said to be missing where the endpoint answers ${what}`, async () => {
      const error = await asked(status, body, type);
      expect(error).to.be.instanceOf(GroundworkError);
      expect((error as Error).message).to.match(said);
    });
  }

  it("say nothing where they are none", () => {
    const token = (payload: string) => `x.${Buffer.from(payload).toString("base64url")}.y`;
    for (const none of ["", "opaque", token("null"), token("1"), token("{")]) {
      expect(claimsOf(none)).to.deep.equal({});
    }
  });
});

describe("sign-in at a client with a secret, by e-mail", () => {
  it("goes on under the name that Cognito knows the user by, and hashes that", async () => {
    const inputs: Record<string, Record<string, string>>[] = [];
    const answers = [
      {
        ChallengeName: "NEW_PASSWORD_REQUIRED",
        ChallengeParameters: { USER_ID_FOR_SRP: "1f2e" },
        Session: "s",
      },
      { AuthenticationResult: { AccessToken: "a", IdToken: "i", RefreshToken: "r" } },
    ];
    const send = ({ input }: { input: Record<string, Record<string, string>> }) => {
      inputs.push(input);
      return Promise.resolve(answers[inputs.length - 1]);
    };
    const target = {
      connect: () => Promise.resolve({ send }),
      clientId: () => Promise.resolve("c1"),
      clientSecret: "key",
    };
    const credentials = { username: "alice@example.com", password: "old" };
    await signIn(target as unknown as Target, credentials, () => Promise.resolve("new"));
    const hash = (name: string) => createHmac("sha256", "key").update(`${name}c1`).digest("base64");
    expect(inputs[0]?.AuthParameters).to.include({
      USERNAME: "alice@example.com",
      SECRET_HASH: hash("alice@example.com"),
    });
    expect(inputs[1]?.ChallengeResponses).to.deep.equal({
      USERNAME: "1f2e",
      NEW_PASSWORD: "new",
      SECRET_HASH: hash("1f2e"),
    });
  });
});

import { expect } from "chai";
import { Session } from "../../local/session";
import { type AuthStack, startAuthStack } from "../support/authStack";
import { rawFetch } from "../support/rawFetch";
import { presigned, signedFetch } from "../support/signed";

const bucket = "fenced";

const ofJson = [
  "UnrecognizedClientException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
] as const;

/** By the names of signatures: what an unknown key, a known one with another secret, and no signature come to. */
const services = [
  ["s3", "AWS_ENDPOINT_URL_S3", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"],
  ["secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER", ...ofJson],
  ["sqs", "AWS_ENDPOINT_URL_SQS", ...ofJson],
  ["lambda", "AWS_ENDPOINT_URL_LAMBDA", ...ofJson],
  ["ec2", "AWS_ENDPOINT_URL_EC2", "AuthFailure", "AuthFailure", "AuthFailure"],
  ["glue", "AWS_ENDPOINT_URL_GLUE", ...ofJson],
  ["cognito-idp", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", ...ofJson],
] as const;

/** What a page in a browser of this machine, or somebody without this run's keys, tries on the local servers. */
describe("the servers of the environment on this machine", () => {
  const session = new Session();
  let stack: AuthStack;
  let servers: [name: string, url: string][];

  before(async () => {
    stack = await startAuthStack(session, { "auth:allowedOrigin": "http://localhost:5173" });
    const { s3, cognito } = stack.services;
    s3.createBucket(bucket);
    const { url } = cognito;
    const endpoints = Object.entries(stack.services.environment()).filter(([name]) =>
      name.includes("ENDPOINT"),
    );
    servers = [
      ...endpoints,
      ["API", String(stack.outputs.apiUrl)],
      ["discovery", `${url}/${String(stack.outputs.userPoolId)}/.well-known/jwks.json`],
    ];
    expect(await put("kept", "content")).to.equal(200);
  });
  after(() => session.close());

  const { credentials } = session;
  const objectUrl = (key: string) => `${stack.services.s3.url}/${bucket}/${key}`;
  const put = async (key: string, body: string) =>
    (await signedFetch(credentials, "s3", objectUrl(key), { method: "PUT", body })).status;
  const isKept = async () =>
    (await signedFetch(credentials, "s3", objectUrl("kept"), { method: "GET" })).status === 200;
  const codeOf = async (response: Promise<Response>) => {
    const answer = await response;
    const text = await answer.text();
    return (
      /<Code>(\w+)<|"__type":"(\w+)"/.exec(text)?.slice(1).find(Boolean) ??
      answer.headers.get("x-amzn-errortype")
    );
  };

  it("answer to a name of this machine alone, so that another name that leads here reads nothing", async () => {
    for (const [name, url] of servers) {
      const { port } = new URL(url);
      for (const host of [
        `rebound.example:${port}`,
        "127.0.0.1:1",
        "127.0.0.1",
        `127.0.0.1.nip.io:${port}`,
      ]) {
        expect((await rawFetch(url, { host })).status, `${name} as ${host}`).to.equal(403);
      }

      expect((await rawFetch(url, { host: `localhost:${port}` })).text, name).to.not.include("may not call");
    }
  });

  it("answer to no page of another origin, unless it is an app of the pool or of the API", async () => {
    const [callback = ""] = stack.outputs.loginCallbackUrls as string[];
    for (const [name, url] of servers) {
      for (const origin of [
        "https://evil.example",
        "null",
        `http://127.0.0.1:${Number(new URL(url).port) + 1}`,
      ]) {
        expect((await rawFetch(url, { origin }, "POST")).status, `${name} from ${origin}`).to.equal(403);
      }
      const app = name === "API" ? "http://localhost:5173" : new URL(callback).origin;
      const isForApps = name === "API" || url.startsWith(stack.services.cognito.url);
      const said = (await rawFetch(url, { origin: app })).text;
      if (isForApps) expect(said, name).to.not.include("may not call");
      else expect(said, name).to.include("may not call");
      expect((await rawFetch(url, { origin: new URL(url).origin })).text, name).to.not.include(
        "may not call",
      );
    }
  });

  it("take no form of another page, whatever its address says of a signature", async () => {
    const type = "application/x-www-form-urlencoded";
    for (const [query, code] of [
      ["delete&X-Amz-Signature=1", "AuthorizationHeaderMalformed"],
      ["delete", "AccessDenied"],
    ]) {
      const url = `${stack.services.s3.url}/${bucket}?${query}`;
      const headers = { "content-type": type };
      const body = "<Delete><Object><Key>kept</Key></Object></Delete>";
      expect(await codeOf(fetch(url, { method: "POST", headers, body })), query).to.equal(code);
    }
    const address = await presigned(credentials, `${stack.services.s3.url}/${bucket}?uploads=`, {
      method: "POST",
    });
    const form = fetch(address, { method: "POST", headers: { "content-type": type }, body: "a=b" });
    expect(await codeOf(form)).to.equal("AuthorizationHeaderMalformed");
    expect(await isKept()).to.equal(true);
  });

  it("take no signature but that of this run's key, for what was sent", async () => {
    const strangers = { accessKeyId: "local", secretAccessKey: "local" };
    const forged = { ...credentials, secretAccessKey: "local" };
    for (const [service, variable, stranger, other, none] of services) {
      const url = stack.services.environment()[variable] ?? "";
      const target = service === "cognito-idp" ? "AWSCognitoIdentityProviderService.AdminGetUser" : "X.Y";
      const headers = { "x-amz-target": target };
      const refused = [
        await codeOf(signedFetch(strangers, service, url, { headers })),
        await codeOf(signedFetch(forged, service, url, { headers })),
        await codeOf(fetch(url, { method: "POST", headers })),
      ];
      expect(refused, service).to.deep.equal([stranger, other, none]);
    }
    const other = new Session();
    await other.close();
    expect(other.credentials).to.not.deep.equal(credentials);
  });

  it("take no other body than the one that was signed", async () => {
    const headers = { "x-amz-content-sha256": "0".repeat(64) };
    const url = objectUrl("other");
    expect(await codeOf(signedFetch(credentials, "s3", url, { method: "PUT", headers, body: "x" }))).to.equal(
      "XAmzContentSHA256Mismatch",
    );
    const all = `${stack.services.s3.url}/${bucket}?delete=`;
    const body = "<Delete><Object><Key>kept</Key></Object></Delete>";
    expect(await codeOf(signedFetch(credentials, "s3", all, { headers, body }))).to.equal(
      "XAmzContentSHA256Mismatch",
    );
    expect((await signedFetch(credentials, "s3", url, { method: "GET" })).status).to.equal(404);
    expect(await isKept()).to.equal(true);
  });

  it("take an address that was signed for an object, for its method and until it expires", async () => {
    const url = objectUrl("kept");
    const address = await presigned(credentials, url);
    expect(await (await fetch(address)).text()).to.equal("content");
    expect(await codeOf(fetch(address, { method: "DELETE" }))).to.equal("SignatureDoesNotMatch");
    expect(await codeOf(fetch(address.replace("kept", "other")))).to.equal("SignatureDoesNotMatch");
    expect(await codeOf(fetch(`${url}?X-Amz-Signature=1`))).to.equal("AuthorizationHeaderMalformed");
    const signingDate = new Date(Date.now() - 120_000);
    expect(await codeOf(fetch(await presigned(credentials, url, { signingDate })))).to.equal("AccessDenied");
    expect(await isKept()).to.equal(true);
  });
});

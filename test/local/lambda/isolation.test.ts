import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { startLambda } from "../../../local/lambda/server";
import type { LocalLambda } from "../../../local/lambda/service";
import { Session } from "../../../local/session";
import { ends, functionSpec, isRunning, useSession } from "../../support/lambda";

const ROOT = resolve(__dirname, "../../..");

interface Seen {
  env: Record<string, string>;
  cwd: string;
  files: string[];
  resolved: Record<string, string>;
  hasChannel: boolean;
}

const looksAround = `exports.handler = async ({ names }) => ({
  env: process.env,
  cwd: process.cwd(),
  files: require("node:fs").readdirSync("."),
  hasChannel: typeof process.send === "function",
  resolved: Object.fromEntries(names.map((name) => {
    try { require(name); return [name, "found"]; } catch (error) { return [name, error.code]; }
  })),
});`;

describe("A function's process", () => {
  const session = useSession();
  let lambda: LocalLambda;

  before(async () => {
    process.env.GROUNDWORK_TEST_LEAK = "leak";
    const environment = () => ({ AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1", DECLARED: "by the machine" });
    lambda = await startLambda(session(), { environment });
  });

  after(() => {
    delete process.env.GROUNDWORK_TEST_LEAK;
  });

  const look = async (names: string[]) => {
    if (lambda.specs().length === 0) {
      const environment = { MINE: "1", DECLARED: "by the function" };
      await lambda.createFunction(functionSpec("looks", looksAround, { environment, memorySize: 512 }));
    }
    return JSON.parse((await lambda.invoke("looks", { names })).payload) as Seen;
  };

  it("has the environment that Lambda gives, the declared one, the machine's, and nothing else", async () => {
    const { env } = await look([]);
    expect(env).to.include({
      MINE: "1",
      DECLARED: "by the machine",
      AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
      AWS_REGION: "us-east-1",
      AWS_LAMBDA_FUNCTION_NAME: "looks",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      TZ: ":UTC",
    });
    const own = new Set([
      "MINE",
      "DECLARED",
      "PATH",
      "LANG",
      "TZ",
      "NODE_PATH",
      "_HANDLER",
      "_X_AMZN_TRACE_ID",
    ]);
    // macOS adds this one to every process.
    own.add("__CF_USER_TEXT_ENCODING");
    const others = Object.keys(env).filter((name) => !own.has(name) && !/^(AWS|LAMBDA)_/.test(name));
    expect(others).to.deep.equal([]);
  });

  it("stands in a folder with its archive alone, and knows no path of this checkout", async () => {
    const { env, cwd, files, hasChannel } = await look([]);
    expect(files).to.deep.equal(["index.js"]);
    expect(env.LAMBDA_TASK_ROOT).to.equal(cwd);
    expect(cwd.includes(ROOT)).to.be.false;
    for (const [name, value] of Object.entries(env)) expect(value.includes(ROOT), name).to.be.false;
    expect(hasChannel).to.be.false;
    expect(statSync(join(session().dir, "lambda")).mode & 0o077, "for other users of the machine").to.equal(
      0,
    );
  });

  it("finds the SDK, which is part of the runtime, and no other package of this project", async () => {
    const found = ["@aws-sdk/client-s3", "@aws-sdk/client-lambda", "@aws-sdk/client-secrets-manager"];
    const missing = ["papaparse", "pg", "zod", "@pulumi/pulumi", "@smithy/core", "typescript"];
    const { resolved } = await look([...found, ...missing]);
    for (const name of found) expect(resolved[name], name).to.equal("found");
    for (const name of missing) expect(resolved[name], name).to.equal("MODULE_NOT_FOUND");
  });
});

describe("A package above a function's folder", () => {
  let dir: string;
  const temporary = process.env.TMPDIR;

  before(() => {
    dir = mkdtempSync(join(realpathSync(tmpdir()), "above-"));
    mkdirSync(join(dir, "node_modules", "outsider"), { recursive: true });
    writeFileSync(join(dir, "node_modules", "outsider", "index.js"), "");
    process.env.TMPDIR = dir;
  });

  after(() => {
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
    rmSync(dir, { recursive: true });
  });

  it("is not found, as it would not be on Lambda", async () => {
    const session = new Session();
    const lambda = await startLambda(session, { environment: () => ({}) });
    const inside = Buffer.from("exports.handler = async () => require('insider');");
    const archive = new Map([
      ["index.js", inside],
      ["node_modules/insider/index.js", Buffer.from("module.exports = 'archived';")],
    ]);
    await lambda.createFunction(functionSpec("above", looksAround));
    await lambda.createFunction(functionSpec("within", "", { files: archive }));
    const outcome = await lambda.invoke("above", { names: ["outsider", "@aws-sdk/client-s3"] });
    const within = await lambda.invoke("within", {});
    await session.close();
    expect(session.dir.startsWith(dir)).to.be.true;
    expect((JSON.parse(outcome.payload) as Seen).resolved).to.deep.equal({
      outsider: "MODULE_NOT_FOUND",
      "@aws-sdk/client-s3": "found",
    });
    expect(within.payload).to.equal('"archived"');
  });
});

describe("The end of the environment", () => {
  it("leaves no process and no folder, also when functions are running and events are waiting", async () => {
    const session = new Session();
    const lambda = await startLambda(session, { environment: () => ({}), retryDelays: [60_000] });
    const hang = `exports.handler = ({ fail }) => { if (fail) throw new Error(); return new Promise(() => {}); };`;
    await lambda.createFunction(functionSpec("hangs", hang));
    const hanging = lambda.invoke("hangs", {});
    await lambda.invoke("hangs", { fail: true }, "Event");
    await once(lambda.events, "end");
    const { pids } = lambda.processes("hangs");
    expect(pids).to.have.length(2);
    await session.close();
    expect((await hanging).functionError).to.equal("Unhandled");
    await lambda.invoke("hangs", {}, "Event");
    await lambda.idle();
    expect(pids.filter(isRunning)).to.deep.equal([]);
    expect(existsSync(session.dir)).to.be.false;
  });

  it("lets no invocation start a process that waited for its turn to start one", async () => {
    const session = new Session();
    const lambda = await startLambda(session, { environment: () => ({}), concurrency: 100 });
    await lambda.createFunction(functionSpec("waits", "exports.handler = () => new Promise(() => {});"));
    const waiting = Array.from({ length: 2 * availableParallelism() + 2 }, () => lambda.invoke("waits", {}));
    const outcomes = Promise.allSettled(waiting);
    await session.close();
    expect(lambda.processes("waits").pids.filter(isRunning)).to.deep.equal([]);
    await outcomes;
    expect(() => session.spawn("true", [])).to.throw("closing");
  });

  it("comes to the functions when this process is killed", async () => {
    const program = `
      const { Session } = require("./local/session");
      const { startLambda } = require("./local/lambda/server");
      const { functionSpec } = require("./test/support/lambda");
      (async () => {
        const lambda = await startLambda(new Session(), { environment: () => ({}) });
        await lambda.createFunction(functionSpec("idles", "exports.handler = async () => process.pid;"));
        console.log((await lambda.invoke("idles", {})).payload);
      })();`;
    const args = ["-r", "./programs/register.js", "-e", program];
    const parent = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    expect(isRunning(pid)).to.be.true;
    parent.kill("SIGKILL");
    expect(await ends(pid)).to.be.true;
  });
});

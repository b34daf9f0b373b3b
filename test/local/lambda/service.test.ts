import { rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { startLambda } from "../../../local/lambda/server";
import type { InvocationEnd, LocalLambda } from "../../../local/lambda/service";
import type { FunctionSpec } from "../../../local/lambda/spec";
import { clientConfig, ends, functionSpec, useSession } from "../../support/lambda";
import { errorOf } from "../../support/rejection";

interface Failure {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

describe("Lambda on this machine", () => {
  const session = useSession();
  let lambda: LocalLambda;
  let client: LambdaClient;

  before(async () => {
    lambda = await startLambda(session(), { environment: () => ({}), concurrency: 3 });
    client = new LambdaClient(clientConfig(lambda.url, session()));
  });

  after(() => client.destroy());

  const create = (name: string, source: string, more: Partial<FunctionSpec> = {}) =>
    lambda.createFunction(functionSpec(name, source, more));
  const invoke = async (name: string, payload: unknown = {}) => {
    const { payload: json, functionError } = await lambda.invoke(name, payload);
    return { value: JSON.parse(json) as unknown, failed: functionError !== undefined };
  };
  const failure = async (name: string, payload?: unknown) => {
    const { value, failed } = await invoke(name, payload);
    expect(failed).to.be.true;
    return value as Failure;
  };

  describe("a handler", () => {
    it("gets the event and a context, and answers with what it returns", async () => {
      await create(
        "context",
        `exports.handler = async (event, context) => ({
          event, ...context, left: context.getRemainingTimeInMillis() });`,
        { timeout: 30 },
      );
      const { value } = await invoke("context", { a: [1, "ü"] });
      expect(value).to.deep.include({
        event: { a: [1, "ü"] },
        functionName: "context",
        memoryLimitInMB: "256",
      });
      expect(value).to.include({
        functionVersion: "$LATEST",
        invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:context",
        logGroupName: "/aws/lambda/context",
      });
      expect(value)
        .to.have.property("logStreamName")
        .that.matches(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
      expect(value).to.have.property("left").that.is.within(1, 30_000);
      const group = "exports.handler = async (_, { logGroupName }) => logGroupName;";
      await create("grouped", group, { logGroup: "/own" });
      expect((await invoke("grouped")).value).to.equal("/own");
    });

    it("may return nothing, or not be async", async () => {
      await create("nothing", "exports.handler = async () => {};");
      await create("plain", "exports.handler = (event) => event.x;");
      expect((await invoke("nothing")).value).to.equal(null);
      expect((await invoke("plain", { x: 7 })).value).to.equal(7);
    });

    it("may stand in a folder of the archive, as an ES module, in a nested export", async () => {
      const file = (path: string, source: string) => ({ files: new Map([[path, Buffer.from(source)]]) });
      const nested = file("src/app.js", "exports.api = { get: async () => 'nested' };");
      await create("nested", "", { handler: "src/app.api.get", ...nested });
      const module = file("index.mjs", "export const handler = async () => 'module';");
      await create("module", "", module);
      expect((await invoke("nested")).value).to.equal("nested");
      expect((await invoke("module")).value).to.equal("module");
    });

    it("keeps its process, and what is in it, for the next invocation", async () => {
      await create("warm", "let n = 0; exports.handler = async () => [process.pid, ++n];");
      const first = (await invoke("warm")).value as number[];
      expect((await invoke("warm")).value).to.deep.equal([first[0], 2]);
      expect(lambda.processes("warm").pids).to.deep.equal([first[0]]);
    });

    it("is replaced with its processes when the function is updated", async () => {
      await create("updated", "exports.handler = async () => process.env.STAGE;", {
        environment: { STAGE: "a" },
      });
      expect((await invoke("updated")).value).to.equal("a");
      const { files } = functionSpec("", "exports.handler = async () => process.env.STAGE + '!';");
      await lambda.updateFunction("updated", { files, environment: { STAGE: "b" } });
      expect((await invoke("updated")).value).to.equal("b!");
    });
  });

  describe("a failing function", () => {
    it("shows the error it throws, and is there for the next event", async () => {
      await create(
        "throws",
        `exports.handler = async (event) => {
          if (event.error) throw Object.assign(new TypeError("no good"), {});
          if (event.text) throw event.text;
          return "fine";
        };`,
      );
      const error = await failure("throws", { error: true });
      expect(error).to.include({ errorType: "TypeError", errorMessage: "no good" });
      expect(error.trace?.[0]).to.equal("TypeError: no good");
      expect(await failure("throws", { text: "bare" })).to.include({ errorMessage: "bare" });
      expect((await invoke("throws")).value).to.equal("fine");
      expect(lambda.processes("throws").pids).to.have.length(1);
    });

    const loadErrors: [string, string, string, Partial<FunctionSpec>][] = [
      ["a module that is not in the archive", 'require("papaparse")', "Runtime.ImportModuleError", {}],
      ["a syntax error", "exports.handler = (", "Runtime.UserCodeSyntaxError", {}],
      ["no such export", "", "Runtime.HandlerNotFound", {}],
      ["no such file", "", "Runtime.ImportModuleError", { handler: "other.handler" }],
      ["a callback", "exports.handler = (a, b, done) => done()", "Runtime.CallbackHandlerDeprecated", {}],
      ["an error while loading", "throw new RangeError('at load')", "RangeError", {}],
    ];
    loadErrors.forEach(([what, source, errorType, more], index) => {
      it(`says so for ${what}`, async () => {
        await create(`load-${index}`, source, more);
        expect(await failure(`load-${index}`)).to.include({ errorType });
        expect(lambda.processes(`load-${index}`).pids).to.deep.equal([]);
      });
    });

    it("is ended at its timeout, with all that it has started", async () => {
      await create(
        "slow",
        `exports.handler = (event) => {
          if (!event.hang) return "fast";
          const { pid } = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"]);
          console.log("child", pid);
          return new Promise(() => {});
        };`,
        { timeout: 0.5 },
      );
      expect((await invoke("slow")).value).to.equal("fast");
      const error = await failure("slow", { hang: true });
      expect(error.errorMessage).to.match(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 0.50 seconds$/,
      );
      const child = Number(/child (\d+)/.exec(lambda.logs("slow"))?.[1]);
      expect(await ends(child)).to.be.true;
      expect((await invoke("slow")).value).to.equal("fast");
    });

    it("may load for longer than its timeout, which begins with the handler", async () => {
      const source = `const end = Date.now() + 400; while (Date.now() < end); exports.handler = async () => "loaded";`;
      await create("loads-slowly", source, { timeout: 0.3 });
      expect((await invoke("loads-slowly")).value).to.equal("loaded");
    });

    it("is ended when it needs more memory than declared, of whatever kind", async () => {
      const source = `exports.handler = async ({ mb }) => {
        const kept = [];
        for (let i = 0; i < mb; i += 8) {
          kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        return kept.length;
      };`;
      await create("greedy", source, { memorySize: 128 });
      expect(await failure("greedy", { mb: 400 })).to.include({ errorType: "Runtime.OutOfMemory" });
      expect((await invoke("greedy", { mb: 16 })).value).to.equal(2);
      expect(lambda.processes("greedy").peakRss).to.be.greaterThan(128 * 1024 * 1024);
    });

    it("is not spared when a peak was over before anybody looked", async () => {
      const source = `exports.handler = async () => { Buffer.alloc(100 * 1024 * 1024, 1); return "done"; };`;
      await create("peaks", source, { memorySize: 128 });
      for (let i = 0; i < 5; i++) {
        expect(await failure("peaks")).to.include({ errorType: "Runtime.OutOfMemory" });
      }
    });

    it("that exits is an ExitError, and the next event gets a new process", async () => {
      const source = `exports.handler = async ({ code, kill }) => {
        if (kill) process.kill(process.pid, "SIGTERM");
        if (code !== undefined) process.exit(code);
        return "fine";
      };`;
      await create("exits", source);
      const seven = await failure("exits", { code: 7 });
      expect(seven.errorType).to.equal("Runtime.ExitError");
      expect(seven.errorMessage).to.match(/Error: Runtime exited with error: exit status 7$/);
      expect((await failure("exits", { code: 0 })).errorMessage).to.match(/without providing a reason$/);
      expect((await invoke("exits")).value).to.equal("fine");
    });

    it("that leaves a promise rejected gets the reason as its error", async () => {
      const source = `exports.handler = () => { Promise.reject(new Error("lost")); return new Promise(() => {}); };`;
      await create("rejects", source);
      const error = await failure("rejects");
      expect(error).to.include({
        errorType: "Runtime.UnhandledPromiseRejection",
        errorMessage: "Error: lost",
      });
    });

    it("can't answer with what is no JSON, or too much of it", async () => {
      await create("circular", "exports.handler = async () => { const a = {}; a.a = a; return a; };");
      await create("verbose", "exports.handler = async () => 'x'.repeat(7 * 1024 * 1024);");
      expect(await failure("circular")).to.include({ errorType: "Runtime.MarshalError" });
      expect(await failure("verbose")).to.include({ errorType: "Function.ResponseSizeTooLarge" });
    });
  });

  describe("concurrency", () => {
    /** Functions that run until told, so that tests need no clock. */
    const source = `const { existsSync } = require("node:fs");
      exports.handler = async ({ until }) => {
        console.log("started");
        while (!existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
        return process.pid;
      };`;

    it("starts a process for each invocation at once, refuses above the limit, and keeps few idle", async () => {
      await create("parallel", source);
      const until = `${session().dir}/parallel`;
      const running = [1, 2, 3].map(() => invoke("parallel", { until }));
      const refused = await errorOf(lambda.invoke("parallel", { until }));
      expect(refused).to.include({ code: "TooManyRequestsException", statusCode: 429 });
      await touch(until);
      const pids = (await Promise.all(running)).map(({ value }) => value as number);
      expect(new Set(pids).size).to.equal(3);
      const next = (await invoke("parallel", { until })).value as number;
      expect(pids).to.include(next);
      expect(lambda.processes("parallel").pids.length).to.be.at.most(3);
    });

    it("heeds a function's own reservation; asynchronous invocations wait for their turn", async () => {
      await create("reserved", source, { reservedConcurrency: 1 });
      const until = `${session().dir}/reserved`;
      const ended: InvocationEnd[] = [];
      lambda.events.on("end", (end) => ended.push(end));
      const running = invoke("reserved", { until });
      const throttled = client.send(new InvokeCommand({ FunctionName: "reserved", Payload: "{}" }));
      expect((await errorOf(throttled)).name).to.equal("TooManyRequestsException");
      await lambda.invoke("reserved", { until }, "Event");
      await lambda.invoke("reserved", { until }, "Event");
      expect(lambda.processes("reserved").pids).to.have.length(1);
      await touch(until);
      const pid = (await running).value as number;
      await lambda.idle();
      expect(ended.filter((end) => end.functionName === "reserved").map((end) => end.pid)).to.deep.equal([
        pid,
        pid,
        pid,
      ]);
    });
  });

  it("goes on after starts of processes that failed", async () => {
    await create("stumbles", "exports.handler = async () => 1;");
    const logs = join(session().dir, "lambda", "stumbles", "log");
    await writeFile(logs, "no folder");
    for (let start = 0; start < 2 * availableParallelism(); start++) {
      expect((await errorOf(lambda.invoke("stumbles", {}))).message).to.contain("EEXIST");
    }
    await rm(logs);
    expect((await invoke("stumbles")).value).to.equal(1);
  });

  it("refuses to create what Lambda would refuse, naming every problem", async () => {
    const files = new Map([["../../node_modules/pg/index.js", Buffer.from("")]]);
    const error = await errorOf(create("wrong", "", { memorySize: 64, timeout: 1000, handler: "x", files }));
    expect(error.name).to.equal("GroundworkError");
    for (const part of ["64", "1000", '"x"', "../../node_modules/pg/index.js"]) {
      expect(error.message).to.include(part);
    }
    await create("twice", "exports.handler = async () => 1;");
    expect((await errorOf(create("twice", ""))).message).to.include("twice");
  });
});

async function touch(file: string): Promise<void> {
  await writeFile(file, "");
}

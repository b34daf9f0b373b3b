// The runtime of one execution environment: loads the handler, then answers one invocation after the other.
// It is copied into the session's folder and runs alone there, so it may require nothing but Node itself.
// Its messages are typed in process.ts.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { format } = require("node:util");

const send = process.send.bind(process);
process.send = undefined; // There is no parent to talk to on Lambda, and some packages look.
process.once("disconnect", () => process.exit(0));

// Node looks for packages in every folder above the function's: what happens to lie in the temporary folder would
// be found here and missing on Lambda.
const above = ancestors(process.env.LAMBDA_TASK_ROOT).map((dir) => path.join(dir, "node_modules"));
const nodeModulePaths = Module._nodeModulePaths;
Module._nodeModulePaths = (from) =>
  isInside(from) ? nodeModulePaths(from).filter((dir) => !above.includes(dir)) : nodeModulePaths(from);

let requestId = "";
let handler;

for (const [method, level] of Object.entries({
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  debug: "DEBUG",
  trace: "TRACE",
})) {
  const stream = method === "warn" || method === "error" ? process.stderr : process.stdout;
  console[method] = (...values) =>
    stream.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${format(...values)}\n`);
}

process.on("uncaughtException", (error) => die(describe(error)));
process.on("unhandledRejection", (reason) =>
  die({ ...describe(reason), errorType: "Runtime.UnhandledPromiseRejection", errorMessage: String(reason) }),
);
process.on("message", (invocation) => void answer(invocation));
void start();

async function start() {
  try {
    const before = [performance.now(), cpuTime()];
    handler = await loadHandler();
    send({ type: "ready", loadMs: performance.now() - before[0], loadCpuMs: cpuTime() - before[1] });
  } catch (error) {
    die(describe(error, loadErrorType(error)));
  }
}

function ancestors(dir) {
  const parent = path.dirname(dir);
  return parent === dir ? [] : [parent, ...ancestors(parent)];
}

function isInside(dir) {
  return `${dir}/`.startsWith(`${process.env.LAMBDA_TASK_ROOT}/`);
}

/** `dir/module.export` as Lambda reads it: the module is the file name up to its first dot. */
async function loadHandler() {
  const { _HANDLER, LAMBDA_TASK_ROOT } = process.env;
  const [name, ...exported] = path.basename(_HANDLER).split(".");
  const base = path.join(LAMBDA_TASK_ROOT, path.dirname(_HANDLER), name);
  const file = [".js", ".mjs", ".cjs"].map((ext) => base + ext).find((candidate) => fs.existsSync(candidate));
  if (!file) throw failure("Runtime.ImportModuleError", `Error: Cannot find module '${name}'`);
  const isModule = file.endsWith(".mjs");
  const loaded = isModule ? await import(require("node:url").pathToFileURL(file).href) : require(file);
  const found = exported.reduce((value, key) => value?.[key], loaded);
  if (typeof found !== "function") {
    throw failure("Runtime.HandlerNotFound", `${_HANDLER} is undefined or not exported`);
  }
  // Newer runtimes refuse callbacks; here nothing would ever answer for them.
  if (found.length > 2) {
    throw failure("Runtime.CallbackHandlerDeprecated", `${_HANDLER} takes a callback: make it async instead`);
  }
  return found;
}

async function answer(invocation) {
  requestId = invocation.requestId;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  let reply;
  try {
    const result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    reply = { type: "result", payload: stringify(result) };
  } catch (error) {
    const described = describe(error);
    console.error("Invoke Error", JSON.stringify(described));
    reply = { type: "error", error: described };
  }
  send({ ...reply, peakRss: peakRss(), cpuMs: cpuTime() });
}

function contextOf({ requestId, deadline, functionArn }) {
  const env = process.env;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: functionArn,
    awsRequestId: requestId,
    // Not by Date, which chaos trials put wrong for the function's own code.
    getRemainingTimeInMillis: () => Math.max(0, deadline - (performance.timeOrigin + performance.now())),
  };
}

function stringify(result) {
  try {
    return JSON.stringify(result) ?? "null";
  } catch (error) {
    throw failure("Runtime.MarshalError", `Unable to stringify response body: ${error.message}`);
  }
}

/** Reports an error that ends this process: during the start, or outside of any handler. */
function die(error) {
  console.error("Uncaught Exception", JSON.stringify(error));
  send({ type: "fatal", error }, () => process.exit(1));
}

function loadErrorType(error) {
  if (error instanceof SyntaxError) return "Runtime.UserCodeSyntaxError";
  if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
    return "Runtime.ImportModuleError";
  }
  return undefined;
}

function failure(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** An error as Lambda's Node.js runtime shows it to the caller. */
function describe(error, errorType) {
  if (!(error instanceof Error)) {
    return { errorType: errorType ?? typeof error, errorMessage: String(error), trace: [] };
  }
  return {
    errorType: errorType ?? error.name,
    errorMessage: error.message,
    trace: (error.stack ?? "").split("\n"),
  };
}

/** Bytes. Not from getrusage on Linux: there a child inherits the peak of the process that started it. */
function peakRss() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const kilobytes = /VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status", "latin1"))?.[1];
  return Number(kilobytes) * 1024;
}

/** Milliseconds of CPU that this process has taken since its start. */
function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

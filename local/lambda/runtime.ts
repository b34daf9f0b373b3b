import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Credentials, Session } from "../session";
import { type FunctionSpec, logGroupOf } from "./spec";

/** What all functions share, in the session's folder. */
export interface Runtime {
  readonly bootstrap: string;
  /** A NODE_PATH with the SDK's packages and nothing else. */
  readonly nodePath: string;
}

/**
 * Lays out Lambda's Node.js runtime: the bootstrap, and version 3 of the SDK, which is part of that runtime. The
 * link leads to the SDK alone; what the SDK needs in turn is resolved from the place it leads to.
 */
export function prepareRuntime(session: Session): Runtime {
  const dir = join(session.dir, "lambda", "runtime");
  const nodePath = join(dir, "node_modules");
  mkdirSync(nodePath, { recursive: true, mode: 0o700 });
  const bootstrap = join(dir, "bootstrap.js");
  copyFileSync(join(__dirname, "bootstrap.js"), bootstrap);
  const client = require.resolve("@aws-sdk/client-s3/package.json");
  symlinkSync(join(client, "..", ".."), join(nodePath, "@aws-sdk"));
  return { bootstrap, nodePath };
}

/** A new log stream's name in Lambda's form. */
export function logStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replace(/-/g, "/");
  return `${day}/[$LATEST]${randomBytes(16).toString("hex")}`;
}

/**
 * The environment of a function's process: what Lambda sets, what the function declares, then what this machine
 * adds. Nothing of this process's own environment.
 */
export function functionEnvironment(
  spec: FunctionSpec,
  place: { folder: string; logStream: string; nodePath: string; credentials: Credentials },
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  // arn:aws:lambda:REGION:ACCOUNT:function:NAME
  const region = spec.arn.split(":")[3] ?? "";
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    NODE_PATH: place.nodePath,
    LAMBDA_TASK_ROOT: place.folder,
    _HANDLER: spec.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime ?? "nodejs22.x"}`,
    AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
    // On AWS a session is a role's: here its name tells S3 who asks.
    AWS_SESSION_TOKEN: spec.role ?? "local",
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(spec),
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    ...spec.environment,
    ...extra,
  };
}

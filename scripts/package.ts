import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { ResourceRequest } from "../programs/attributes/table";
import { readStackConfig } from "../programs/environments";
import { Command } from "./shared/command";
import { formatBytes, runCommand, table } from "./shared/terminal";

interface FunctionInputs extends Record<string, unknown> {
  code: pulumi.asset.Archive;
  handler: string;
  runtime: string;
  memorySize: number;
  timeout: number;
  environment?: { variables?: Record<string, string> };
}

const command = new Command("npm run package --")
  .description("Writes each function as it deploys: <function>.zip, and <function>.json with how it runs.")
  .argument("<dir>", "the folder to write into; made where it is missing")
  .option("--stack <name>", "the environment whose config applies", "dev");

runCommand(async () => {
  command.parse();
  // Programs run in folders of their own.
  const dir = path.resolve(...(command.args as [string]));
  const { stack } = command.opts<{ stack: string }>();
  const config = readStackConfig(stack);
  // Loaded behind the checks: the programs and their providers take a second or two.
  const { attributesOf } = await import("../programs/attributes");
  const { evaluateAll } = await import("../programs/evaluateAll");
  mkdirSync(dir, { recursive: true });
  const written: [string, string][] = [];
  await evaluateAll(stack, {
    config,
    async create(resource, program) {
      if (resource.type === "aws:lambda/function:Function") {
        written.push(await writePackage(resource, program.dir, dir));
      }
      return attributesOf(resource);
    },
  });
  table(written, process.stdout);
});

async function writePackage(
  resource: ResourceRequest,
  programDir: string,
  dir: string,
): Promise<[string, string]> {
  const { archiveFiles, zip } = await import("../programs/archive");
  const inputs = resource.inputs as FunctionInputs;
  const bytes = zip(await archiveFiles(inputs.code, programDir));
  writeFileSync(path.join(dir, `${resource.name}.zip`), bytes);
  writeFileSync(path.join(dir, `${resource.name}.json`), `${JSON.stringify(describe(inputs), null, 2)}\n`);
  return [`${resource.name}.zip`, formatBytes(bytes.length)];
}

function describe(inputs: FunctionInputs) {
  const { handler, runtime, memorySize, timeout } = inputs;
  const environment = Object.keys(inputs.environment?.variables ?? {});
  return { handler, runtime, memorySize, timeout, environment };
}

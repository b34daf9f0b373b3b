import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { root } from "../../programs/programs";

/** A `pulumi` that each test of a suite says the answers of, in a folder that is all of PATH. */
export function useStandInCli() {
  let bin: string;
  beforeEach(() => (bin = mkdtempSync(path.join(tmpdir(), "groundwork-cli-"))));
  afterEach(() => rmSync(bin, { recursive: true, force: true }));

  /** It answers by its first argument, a line of shell each; what isn't named answers well. */
  function install(answers: Record<string, string>): void {
    const file = path.join(bin, "pulumi");
    const known = {
      version: "echo v3.245.0",
      whoami: `echo '{"user": "me", "url": "file://~"}'`,
      ...answers,
    };
    const cases = Object.entries(known).map(([word, shell]) => `${word}) ${shell};;`);
    writeFileSync(file, `#!/bin/sh\ncase "$1" in ${cases.join(" ")} esac\n`);
    chmodSync(file, 0o755);
  }

  function run(action: string, ...args: string[]) {
    const command = ["-r", "./programs/register.js", "scripts/stacks", action, ...args];
    const { GROUNDWORK_ENVIRONMENTS } = process.env;
    const env = { ...noAws, PATH: bin, GROUNDWORK_ENVIRONMENTS };
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: root,
      env,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  }

  return { bin: () => bin, install, run };
}

/** The answer of a CLI whose stacks have these outputs. */
export const holding = (outputs: object): Record<string, string> => {
  const resources = [
    { type: "pulumi:pulumi:Stack", urn: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", outputs },
  ];
  return { stack: `echo '${JSON.stringify({ deployment: { resources } })}'` };
};

/** No AWS credentials, wherever this machine may have some. */
export const noAws = {
  AWS_CONFIG_FILE: "/nonexistent/config",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  AWS_EC2_METADATA_DISABLED: "true",
};

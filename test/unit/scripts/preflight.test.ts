import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../local/programs";

describe("the commands over all stacks, before anything is touched,", () => {
  let bin: string;
  beforeEach(() => (bin = mkdtempSync(path.join(tmpdir(), "groundwork-cli-"))));
  afterEach(() => rmSync(bin, { recursive: true, force: true }));

  /** `npm run outputs`, with a `pulumi` on PATH that behaves as the script says, or with none. */
  function outputs(script?: string, ...args: string[]) {
    if (script !== undefined) {
      const file = path.join(bin, "pulumi");
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
    }
    const command = ["-r", "./local/register.js", "scripts/stacks.ts", "outputs", ...args];
    const env = { ...process.env, PATH: bin };
    const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, env, encoding: "utf8" });
    return { status, stderr };
  }

  const cases: { what: string; script?: string; args?: string[]; says: string }[] = [
    { what: "a missing CLI", says: "There is no pulumi on PATH" },
    { what: "a CLI too old", script: "echo v3.100.0", says: "pulumi is v3.100.0; Groundwork needs 3.245" },
    {
      what: "a CLI that is not logged in",
      script:
        'case "$1" in version) echo v3.245.0;; *) echo "error: PULUMI_ACCESS_TOKEN must be set" >&2; exit 255;; esac',
      says: "not logged in: run pulumi login",
    },
    {
      what: "a stack that is not initialised",
      script:
        'case "$1" in version) echo v3.245.0;; whoami) echo me;; *) echo "error: no stack named dev found" >&2; exit 255;; esac',
      says: "stack dev of networking is not initialised: run pulumi -C stacks/networking stack init dev",
    },
    { what: "an unknown environment", args: ["--stack", "nowhere"], says: "There is no environment nowhere" },
    { what: "an unknown project", args: ["--only", "databse"], says: "There is no project databse" },
  ];
  for (const { what, script, args = [], says } of cases) {
    it(`tell of ${what} in one line`, () => {
      const { status, stderr } = outputs(script, ...args);
      expect(stderr).to.include(says);
      expect(stderr.trim().split("\n")).to.have.length(1);
      expect(status).to.equal(1);
    });
  }
});

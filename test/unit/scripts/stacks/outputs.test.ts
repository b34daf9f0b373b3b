import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";

describe("npm run outputs -- --stack local", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "groundwork-outputs-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...more: string[]) =>
    spawnSync(
      process.execPath,
      ["-r", "./programs/register.js", "scripts/stacks", "outputs", "--stack", "local", ...more],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, NO_COLOR: "1", GROUNDWORK_ANNOUNCEMENTS: folder },
      },
    );

  it("prints those of the environment that is up, without a Pulumi CLI", () => {
    const outputs = { auth: { apiUrl: "http://127.0.0.1:1/local" }, ingest: { bucketName: "b" } };
    const running = { pid: process.pid, outputs, environment: {}, databaseUrl: "", databaseCaFile: "" };
    writeFileSync(path.join(folder, "local.json"), JSON.stringify(running));
    expect(run("--only", "auth").stdout).to.equal("auth\napiUrl  http://127.0.0.1:1/local\n");
  });

  it("says how to bring it up where it isn't", () => {
    expect(run()).to.include({ status: 1 });
    expect(run().stderr).to.include("The environment local is not up: run npm run local");
  });
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { publishEnvironment } from "../../../../local/runningEnvironment";
import { Session } from "../../../../local/session";
import { root } from "../../../../programs/programs";

describe("the environment of this machine", () => {
  let folder: string;
  let session: Session;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "groundwork-outputs-"));
    session = new Session();
  });
  afterEach(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });

  const run = (action: string, ...more: string[]) =>
    spawnSync(
      process.execPath,
      ["-r", "./programs/register.js", "scripts/stacks", action, "--stack", "local", ...more],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, NO_COLOR: "1", GROUNDWORK_ANNOUNCEMENTS: folder },
      },
    );

  it("has its outputs printed without a Pulumi CLI", () => {
    const outputs = { auth: { apiUrl: "http://127.0.0.1:1/local" }, ingest: { bucketName: "b" } };
    const server = { caFile: "/nonexistent/ca.pem", host: "127.0.0.1", port: 5432, database: "demo" };
    const environment = {
      ...{ stack: "local", config: {}, outputs, services: { environment: () => ({}) } },
      database: { user: "postgres", password: "", server },
    };
    publishEnvironment(session, environment, folder);
    expect(run("outputs", "--only", "auth").stdout).to.equal("auth\napiUrl  http://127.0.0.1:1/local\n");
  });

  it("is not up: how to bring it up is said", () => {
    expect(run("outputs")).to.include({ status: 1 });
    expect(run("outputs").stderr).to.include("The environment local is not up: run npm run local");
  });

  it("is none that is deployed or destroyed, and which commands make and end it is said", () => {
    for (const action of ["init", "deploy", "destroy", "refresh"]) {
      const { status, stderr } = run(action, "--yes");
      expect([status, stderr.trim()], action).to.deep.equal([
        1,
        `local is the environment of this machine: npm run local brings it up, and Ctrl-C there ends it; npm run ${action} is for those on AWS`,
      ]);
    }
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { Command } from "../../../support/command";

const outputs = {
  endpoint: "db.example",
  port: 5432,
  databaseName: "demo",
  secretArn: "arn:secret",
  bastionMode: "ssm",
  bastionHost: "bastion.example",
  bastionInstanceId: "i-1",
};
const state = {
  deployment: {
    resources: [
      { type: "pulumi:pulumi:Stack", urn: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", outputs },
    ],
  },
};

/** Session Manager's tunnel: a PostgreSQL answers there until it is ended. */
const tunnel = `
const { localPortNumber: [port] } = JSON.parse(process.argv.at(-1));
require("node:net").createServer((socket) => socket.once("data", () => socket.end("S"))).listen(Number(port), "127.0.0.1");
`;

/** Notes where its password stands, and at each Ctrl-C whether the database still answers. */
const psql = `
if (process.argv.includes("--version")) process.exit();
const { appendFileSync, statSync } = require("node:fs");
const { PGPASSFILE, PGPORT, LOG } = process.env;
const mode = (file) => (statSync(file).mode & 0o777).toString(8);
const note = (line) => appendFileSync(LOG, line + "\\n");
process.on("SIGINT", () => {
  const socket = require("node:net").connect(Number(PGPORT), "127.0.0.1", () => socket.write("anybody?"));
  socket.on("data", () => note("answers")).on("error", () => note("gone"));
});
setInterval(() => undefined, 1000);
note([process.pid, PGPASSFILE, mode(PGPASSFILE), mode(require("node:path").dirname(PGPASSFILE))].join(" "));
`;

describe("npm run psql", function () {
  this.timeout(60_000);
  let command: Command;
  let aws: Server;
  let bin: string;
  let log: string;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    command = new Command("psql");
    bin = mkdtempSync(path.join(tmpdir(), "groundwork-bin-"));
    log = path.join(bin, "log");
    const scripts = { pulumi: `console.log('${JSON.stringify(state)}')`, aws: tunnel, psql };
    for (const [name, script] of Object.entries(scripts)) {
      writeFileSync(path.join(bin, name), `#!${process.execPath}\n${script}`);
      chmodSync(path.join(bin, name), 0o755);
    }
    // The secret; of machines this user may see nothing.
    aws = createServer((request, response) => {
      if (request.headers["x-amz-target"] === "secretsmanager.GetSecretValue")
        return response.end(JSON.stringify({ SecretString: '{"username": "me", "password": "a:b"}' }));
      response.writeHead(403);
      return response.end(
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>",
      );
    }).listen(0, "127.0.0.1");
    await once(aws, "listening");
  });
  afterEach(() => {
    child?.kill("SIGKILL");
    aws.close();
    command.close();
    rmSync(bin, { recursive: true, force: true });
  });

  /** In a process group of its own, as a shell starts it. */
  function start(): ChildProcess {
    child = spawn(process.execPath, ["-r", "./programs/register.js", "scripts/psql", "--stack", "dev"], {
      cwd: root,
      detached: true,
      stdio: "ignore",
      env: {
        ...process.env,
        PATH: bin,
        TMPDIR: command.tmp,
        LOG: log,
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
        AWS_ACCESS_KEY_ID: "a",
        AWS_SECRET_ACCESS_KEY: "b",
      },
    });
    return child;
  }

  async function lines(count: number): Promise<string[]> {
    for (;;) {
      const found = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
      if (found.length >= count) return found;
      await sleep(20);
    }
  }

  it("leaves Ctrl-C to psql, and takes psql, tunnel and password with it when it is told to end", async () => {
    const { pid = 0 } = start();
    const [psqlPid, passFile = "", ...modes] = (await lines(1))[0]!.split(" ");
    expect(readFileSync(passFile, "utf8")).to.equal("*:*:*:*:a\\:b\n");
    expect(modes).to.deep.equal(["600", "700"]);
    // A shell sends it to the whole group.
    process.kill(-pid, "SIGINT");
    await lines(2);
    process.kill(-pid, "SIGINT");
    expect((await lines(3)).slice(1)).to.deep.equal(["answers", "answers"]);
    process.kill(pid, "SIGTERM");
    const [code] = (await once(child!, "exit")) as [number | null];
    expect(code).to.equal(143);
    expect(() => process.kill(Number(psqlPid), 0)).to.throw("ESRCH");
    expect(await command.leftoversSoon()).to.deep.equal([]);
  });
});

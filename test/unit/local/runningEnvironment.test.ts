import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { claimEnvironment, findEnvironment, publishEnvironment } from "../../../local/runningEnvironment";
import { Session } from "../../../local/session";

describe("an environment that is up on this machine", () => {
  let dir: string;
  let session: Session;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "groundwork-test-"));
    session = new Session();
  });
  afterEach(async () => {
    await session.close();
    rmSync(dir, { recursive: true });
  });

  it("is found by its name, with outputs and endpoints, until its session closes", async () => {
    publishEnvironment(session, environment(), dir);
    expect(findEnvironment("local", dir)).to.deep.equal({
      pid: process.pid,
      config: { "networking:nat": "instance" },
      outputs: { database: { port: 5432 } },
      environment: { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9" },
      databaseUrl:
        "postgresql://postgres:s3cret%2F@127.0.0.1:5432/demo?sslmode=verify-full&sslrootcert=%2Ftmp%2Fca.pem",
      databaseCaFile: "/tmp/ca.pem",
    });
    expect(findEnvironment("other", dir)).to.equal(undefined);
    await session.close();
    expect(findEnvironment("local", dir)).to.equal(undefined);
    expect(existsSync(join(dir, "local.json"))).to.equal(false);
  });

  it("is announced to its owner only, since what is announced opens it", () => {
    publishEnvironment(session, environment(), dir);
    expect(statSync(join(dir, "local.json")).mode & 0o777).to.equal(0o600);
  });

  it("is not found any more once its process was killed, and makes way for the next", () => {
    publishEnvironment(session, environment(), dir);
    announceAs(spawnSync("true").pid);
    expect(findEnvironment("local", dir)).to.equal(undefined);
    publishEnvironment(session, environment(), dir);
    expect(findEnvironment("local", dir)?.pid).to.equal(process.pid);
  });

  it("is refused a name that another process holds", () => {
    publishEnvironment(session, environment(), dir);
    announceAs(process.ppid);
    expect(() => publishEnvironment(session, environment(), dir)).to.throw(`in process ${process.ppid}`);
  });

  it("holds its name while it comes up, and is not found yet", async () => {
    claimEnvironment(session, "local", dir);
    expect(findEnvironment("local", dir)).to.equal(undefined);
    holdAs(process.ppid);
    expect(() => claimEnvironment(session, "local", dir)).to.throw(`coming up, in process ${process.ppid}`);
    holdAs(process.pid);
    await session.close();
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it("is not what another left behind that was killed, while the next comes up", () => {
    publishEnvironment(session, environment(), dir);
    announceAs(spawnSync("true").pid);
    claimEnvironment(session, "local", dir);
    expect(findEnvironment("local", dir)).to.equal(undefined);
  });

  function announceAs(pid: number): void {
    const file = join(dir, "local.json");
    const content = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...content, pid }));
    holdAs(pid);
  }

  function holdAs(pid: number): void {
    rmSync(join(dir, "local.lock"));
    symlinkSync(String(pid), join(dir, "local.lock"));
  }
});

/** As much of an environment as is announced. */
function environment() {
  return {
    stack: "local",
    config: { "networking:nat": "instance" },
    outputs: { database: { port: 5432 } },
    services: { environment: () => ({ AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9" }) },
    database: {
      user: "postgres",
      password: "s3cret/",
      server: { caFile: "/tmp/ca.pem", host: "127.0.0.1", port: 5432, database: "demo" },
    },
  };
}

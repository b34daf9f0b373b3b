import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { holderOf, takeLock } from "../../../local/lock";
import { root } from "../../../programs/programs";

describe("a lock", () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "groundwork-test-"));
    file = join(dir, "lock");
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("is held by who took it, this process too, until it is removed", () => {
    expect(takeLock(file)).to.equal(undefined);
    expect([holderOf(file), takeLock(file)]).to.deep.equal([process.pid, process.pid]);
    rmSync(file);
    expect([holderOf(file), takeLock(file)]).to.deep.equal([undefined, undefined]);
  });

  it("is taken over from a process that has ended, be there another with its id by now", () => {
    const links = [String(spawnSync("true").pid), `${process.pid} in another life`, "no process"];
    for (const link of links) {
      symlinkSync(link, file);
      expect([holderOf(file), takeLock(file)]).to.deep.equal([undefined, undefined]);
      expect(holderOf(file)).to.equal(process.pid);
      rmSync(file);
    }
  });

  it("is taken over, though who took it over before was killed at that", () => {
    const dead = String(spawnSync("true").pid);
    for (const name of ["lock", "lock.next", "lock.next.next"]) symlinkSync(dead, join(dir, name));
    expect(takeLock(file)).to.equal(undefined);
    expect(readdirSync(dir)).to.deep.equal(["lock"]);
  });

  it("is left to who is taking it over", () => {
    symlinkSync(String(spawnSync("true").pid), file);
    symlinkSync(String(process.ppid), `${file}.next`);
    expect(takeLock(file)).to.equal(process.ppid);
  });

  it("goes to one of those who want it in the same instant, be it free or left behind", async function () {
    this.timeout(60_000);
    const dead = String(spawnSync("true").pid);
    const names = Array.from({ length: 300 }, (_, at) => String(at));
    for (const name of names) if (Number(name) % 2 === 0) symlinkSync(dead, join(dir, name));
    // Each waits until all have come as far, and so tries each lock when the others do.
    const program = `const { appendFileSync, statSync } = require("node:fs");
      const { takeLock } = require("./local/lock");
      const [dir, ...names] = process.argv.slice(1);
      names.forEach((name, at) => {
        appendFileSync(dir + "/come", ".");
        while (statSync(dir + "/come").size < 3 * (at + 1));
        if (takeLock(dir + "/" + name) === undefined) appendFileSync(dir + "/taken", name + "\\n");
      });
      require("node:fs").appendFileSync(dir + "/come", ".");
      while (statSync(dir + "/come").size < 3 * (names.length + 1));`;
    const args = ["-r", "./programs/register.js", "-e", program, dir, ...names];
    const all = [1, 2, 3].map(() =>
      once(spawn(process.execPath, args, { cwd: root, stdio: "inherit" }), "close"),
    );
    expect((await Promise.all(all)).map(([code]) => code as number)).to.deep.equal([0, 0, 0]);
    const taken = readFileSync(join(dir, "taken"), "utf8").trim().split("\n");
    expect(taken.map(Number).sort((a, b) => a - b)).to.deep.equal(names.map(Number));
    expect(names.map((name) => readlinkSync(join(dir, name)))).to.not.include(dead);
  });
});

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { readEnvFile, updateEnvFile, withVariables } from "../../../../scripts/cognito/envFile";

describe("the env file", () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-env-"));
    file = path.join(dir, ".env");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const texts: readonly [name: string, before: string, after: string][] = [
    ["adds variables at the end", "A=1\n", "A=1\nT=new\n"],
    ["adds them to an empty file", "", "T=new\n"],
    ["ends a last line first that has no end", "A=1", "A=1\nT=new\n"],
    [
      "keeps comments, order and blank lines",
      "# a\n\nT=old # b\n  B = 'x y'\n",
      "# a\n\nT=new\n  B = 'x y'\n",
    ],
    ["keeps export, and a missing last line end", "export T=old\nA=1", "export T=new\nA=1"],
    ["keeps line ends of Windows", "A=1\r\nT=old\r\n", "A=1\r\nT=new\r\n"],
    ["leaves lines of other ends as they are", "A=1\r\nB=1\nT=old\r\n", "A=1\r\nB=1\nT=new\r\n"],
    ["ends what it adds as the last line ends", "A=1\nB=1\r\n", "A=1\nB=1\r\nT=new\r\n"],
    ["leaves names alone that only begin alike", "TT=1\nXT=2\n#T=3\n", "TT=1\nXT=2\n#T=3\nT=new\n"],
    ["changes each of several lines of a variable", "T=1\nT=2\n", "T=new\nT=new\n"],
  ];
  for (const [name, before, after] of texts) {
    it(name, () => expect(withVariables(before, { T: "new" })).to.equal(after));
  }

  it("is made for its owner only, and made so if it was not", () => {
    updateEnvFile(file, { T: "1" });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    chmodSync(file, 0o644);
    updateEnvFile(file, { T: "2" });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readEnvFile(file)).to.deep.equal({ T: "2" });
    expect(readdirSync(dir)).to.deep.equal([".env"]);
  });

  it("stays a link where it is one", () => {
    writeFileSync(path.join(dir, "real"), "A=1\n");
    symlinkSync("real", file);
    updateEnvFile(file, { T: "1" });
    expect(lstatSync(file).isSymbolicLink()).to.equal(true);
    expect(readFileSync(path.join(dir, "real"), "utf8")).to.equal("A=1\nT=1\n");
  });

  it("stays a link where it leads to no file yet", () => {
    symlinkSync("real", file);
    updateEnvFile(file, { T: "1" });
    expect(lstatSync(file).isSymbolicLink()).to.equal(true);
    expect(readFileSync(path.join(dir, "real"), "utf8")).to.equal("T=1\n");
    symlinkSync("circle", path.join(dir, "circle"));
    expect(() => updateEnvFile(path.join(dir, "circle"), { T: "1" })).to.throw(/lead in a circle/);
  });

  it("keeps bytes that aren't UTF-8, and finds a name behind a byte order mark", () => {
    const bytes = (text: string) => Buffer.from(text, "latin1");
    writeFileSync(file, bytes("\u00ef\u00bb\u00bfT=old\nNAME=M\u00fcller\n"));
    expect(readEnvFile(file).T).to.equal("old");
    updateEnvFile(file, { T: "gr\u00fcn" });
    const expected = [bytes("\u00ef\u00bb\u00bf"), Buffer.from("T=gr\u00fcn\n"), bytes("NAME=M\u00fcller\n")];
    expect(readFileSync(file).equals(Buffer.concat(expected))).to.equal(true);
    expect(readEnvFile(file).T).to.equal("gr\u00fcn");
  });

  it("has what each of several processes writes at once", async () => {
    const names = ["A", "B", "C", "D"];
    const writers = names.map((name) => {
      const program = `const { updateEnvFile } = require("./scripts/cognito/envFile");
        for (let i = 0; i < 25; i++) updateEnvFile(process.argv[1], { [process.argv[2] + i]: "1" });`;
      const args = ["-r", "./programs/register.js", "-e", program, file, name];
      return once(spawn(process.execPath, args, { cwd: root, stdio: "inherit" }), "close");
    });
    expect((await Promise.all(writers)).map(([code]) => code as number)).to.deep.equal([0, 0, 0, 0]);
    expect(Object.keys(readEnvFile(file))).to.have.length(100);
    expect(readdirSync(dir)).to.deep.equal([".env"]);
  });

  it("is not held up by a process that died while it changed it", () => {
    symlinkSync(String(spawnSync("true").pid), `${file}.lock`);
    updateEnvFile(file, { T: "1" });
    expect(readdirSync(dir)).to.deep.equal([".env"]);
  });

  it("has nothing beside it of a process that was killed while it waited", async () => {
    symlinkSync(String(process.pid), `${file}.lock`);
    const program = `const { updateEnvFile } = require("./scripts/cognito/envFile");
      require("node:fs").writeSync(1, "waiting");
      updateEnvFile(process.argv[1], { T: "1" });`;
    const args = ["-r", "./programs/register.js", "-e", program, file];
    const waiting = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    await once(waiting.stdout, "data");
    await sleep(200);
    waiting.kill("SIGKILL");
    await once(waiting, "close");
    expect(readdirSync(dir)).to.deep.equal([".env.lock"]);
  });

  it("is left alone where a change would reach into a value of several lines", () => {
    const text = 'KEY="first\nT=inside\nlast"\n';
    writeFileSync(file, text);
    expect(() => updateEnvFile(file, { T: "1" })).to.throw(/can't be changed safely/);
    expect(readFileSync(file, "utf8")).to.equal(text);
  });

  it("says what is wrong where it can't be written", () => {
    expect(() => updateEnvFile(path.join(dir, "no", ".env"), { T: "1" })).to.throw(
      /can't be written.*ENOENT/,
    );
  });

  /** Runs updateEnvFile in a process of its own; `before` is shell, `patch` is JavaScript that changes `fs`. */
  function update(patch: string, { before = "", value = "new" } = {}) {
    const program = `
      const fs = require("node:fs");
      ${patch}
      require("./scripts/cognito/envFile").updateEnvFile(process.argv[1], { T: process.argv[2] });`;
    const args = [process.execPath, "-r", "./programs/register.js", "-e", program, file, value];
    return spawnSync("bash", ["-c", `${before} exec "$@"`, "bash", ...args], { cwd: root, encoding: "utf8" });
  }

  const old = "# mine\nKEPT=1\nT=old\n";
  const crashes: readonly [when: string, method: string, after: boolean, T: string][] = [
    ["before it is written", "openSync", true, "old"],
    ["before it reaches the disk", "fsyncSync", false, "old"],
    ["before it takes the place of the old one", "renameSync", false, "old"],
    ["when it has taken the place of the old one", "renameSync", true, "new"],
  ];
  for (const [when, method, after, T] of crashes) {
    it(`is whole after a crash ${when}`, () => {
      writeFileSync(file, old);
      const { signal } = update(`
        const real = fs.${method};
        fs.${method} = (...args) => {
          const result = ${after} ? real(...args) : undefined;
          if (!String(args[0]).endsWith(".ts")) process.kill(process.pid, "SIGKILL");
          return result;
        };`);
      expect(signal).to.equal("SIGKILL");
      expect(readFileSync(file, "utf8")).to.equal(old.replace("old", T));
    });
  }

  it("stays as it was where the disk has no room for all of the new one", () => {
    writeFileSync(file, old);
    // A write beyond the limit is cut short first, as on a full disk, before the next one fails.
    const { status, stderr } = update("", { before: "ulimit -f 100;", value: "x".repeat(120_000) });
    expect(stderr).to.match(/can't be written.*EFBIG/);
    expect(status).to.equal(1);
    expect(readFileSync(file, "utf8")).to.equal(old);
    expect(readdirSync(dir)).to.deep.equal([".env"]);
  });
});

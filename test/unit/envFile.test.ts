import { spawn } from "node:child_process";
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
import { expect } from "chai";
import { root } from "../../local/programs";
import { readEnvFile, updateEnvFile, withVariables } from "../../scripts/cognito/envFile";

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

  it("is whole after a crash in the middle of writing it", async () => {
    const long = "x".repeat(200_000);
    writeFileSync(file, `KEPT=1\nT=${long}0\n`);
    const program = `
      const { updateEnvFile } = require("./scripts/cognito/envFile");
      for (let i = 0; ; i++) { updateEnvFile(process.argv[1], { T: "${"x".repeat(1000)}".repeat(200) + i }); if (i === 0) console.log("writing"); }`;
    for (let trial = 0; trial < 3; trial++) {
      const writer = spawn(process.execPath, ["-r", "./local/register.js", "-e", program, file], {
        cwd: root,
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(writer.stdout, "data");
      const exited = once(writer, "exit");
      writer.kill("SIGKILL");
      await exited;
      const { KEPT, T = "" } = readEnvFile(file);
      expect(KEPT).to.equal("1");
      expect(T.startsWith(long) && /^x+\d+$/.test(T)).to.equal(true);
    }
  });
});

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../programs/programs";

/** A checkout of its own, with the register that this one has, and a program. */
describe("programs/register.js", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-test-"));
    mkdirSync(path.join(dir, "programs"));
    for (const file of ["programs/register.js", "tsconfig.json"])
      cpSync(path.join(root, file), path.join(dir, file));
    symlinkSync(path.join(root, "node_modules"), path.join(dir, "node_modules"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const kept = () => path.join(dir, ".cache/typescript/program.ts.js");
  const args = ["-r", "./programs/register.js", "program.ts"];

  function run(source?: string) {
    if (source !== undefined) writeFileSync(path.join(dir, "program.ts"), source);
    return spawnSync(process.execPath, args, { cwd: dir, encoding: "utf8" });
  }

  it("gives the very code that ts-node gives, which the Pulumi CLI loads with", () => {
    const names = ["functions/ingest/handler.ts", "infra/config.ts", "stacks/ingest/index.ts"];
    for (const name of names) cpSync(path.join(root, name), path.join(dir, name));
    // Compiled and kept, though none of them can run alone.
    run(`for (const name of ${JSON.stringify(names)}) try { require(\`./\${name}\`); } catch {}`);
    const tsNode = `const { compile } = require("ts-node").create({ transpileOnly: true });
      const codes = ${JSON.stringify(names)}.map((name) => compile(require("fs").readFileSync(name, "utf8"), name));
      process.stdout.write(JSON.stringify(codes));`;
    const codes = JSON.parse(
      spawnSync(process.execPath, ["-e", tsNode], { cwd: dir, encoding: "utf8" }).stdout,
    ) as string[];
    const ours = names.map((name) => readFileSync(path.join(dir, ".cache/typescript", `${name}.js`), "utf8"));
    expect(ours.map(withoutMap)).to.deep.equal(codes.map(withoutMap));
  });

  it("loads the compiler for what has changed only", () => {
    const source =
      "console.log(Object.keys(require.cache).some((file) => file.endsWith('typescript.js')) as boolean);";
    expect(run(source).stdout).to.equal("true\n");
    expect(run().stdout).to.equal("false\n");
    expect(run(`${source}\n`).stdout).to.equal("true\n");
    writeFileSync(
      path.join(dir, "tsconfig.json"),
      `${readFileSync(path.join(dir, "tsconfig.json"), "utf8")}\n`,
    );
    expect(run().stdout).to.equal("true\n");
  });

  it("compiles again what was not kept whole", () => {
    run("console.log('whole' as string);");
    writeFileSync(kept(), readFileSync(kept(), "utf8").slice(0, 20));
    expect(run().stdout).to.equal("whole\n");
  });

  it("serves processes that compile the same at the same time, and leaves one file", async () => {
    writeFileSync(path.join(dir, "program.ts"), "console.log('here' as string);");
    const children = Array.from({ length: 2 }, () => spawn(process.execPath, args, { cwd: dir }));
    const codes = await Promise.all(
      children.map(async (child) => ((await once(child, "exit")) as [number])[0]),
    );
    expect(codes).to.deep.equal([0, 0]);
    expect(readdirSync(path.dirname(kept()))).to.deep.equal(["program.ts.js"]);
    expect(run().stdout).to.equal("here\n");
  });

  it("shows errors at their place in the source, with and without the compiler", () => {
    const source =
      "interface Shape {\n  side: number;\n}\n\nconst fail = (_: Shape) => {\n  throw new Error('so');\n};\nfail({ side: 1 });\n";
    for (const stderr of [run(source).stderr, run().stderr]) {
      expect(stderr).to.match(
        /Error: so\n {4}at fail \(.*program\.ts:6:9\)\n {4}at Object\.<anonymous> \(.*program\.ts:8:1\)/,
      );
    }
  });

  it("leaves a stack trace without a message alone, which Pulumi makes for each promise", () => {
    expect(run("console.log(new Error().stack);").stdout).to.equal("Error\n");
  });

  it("names the place of what is not TypeScript", () => {
    expect(run("const a = ;").stderr).to.include("program.ts(1,11): error TS1109: Expression expected.");
  });
});

function withoutMap(code: string): string {
  return code.slice(0, code.lastIndexOf("//# sourceMappingURL="));
}

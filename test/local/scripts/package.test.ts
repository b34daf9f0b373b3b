import { execFileSync } from "node:child_process";
import {
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
import { unzipSync } from "fflate";
import { root } from "../../../programs/programs";
import { Command } from "../../support/command";

describe("npm run package", () => {
  let command: Command;
  let dir: string;
  before(async () => {
    command = new Command("package");
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-test-"));
    const { code, stderr } = await command.run(path.join(dir, "out"));
    expect(code, stderr).to.equal(0);
  });
  after(() => {
    command.close();
    rmSync(dir, { recursive: true });
  });

  const zipOf = (name: string) => readFileSync(path.join(dir, "out", `${name}.zip`));

  it("writes a zip and a description for each function", () => {
    const functions = ["ingest", "schema"];
    expect(readdirSync(path.join(dir, "out"))).to.include.members(
      functions.flatMap((name) => [`${name}.json`, `${name}.zip`]),
    );
    const description = JSON.parse(readFileSync(path.join(dir, "out", "ingest.json"), "utf8")) as unknown;
    expect(description).to.deep.equal({
      handler: "__index.handler",
      runtime: "nodejs22.x",
      memorySize: 1769,
      timeout: 900,
      environment: ["DATABASE_HOST", "DATABASE_NAME", "DATABASE_PORT", "DATABASE_SECRET_ARN"],
    });
  });

  it("keeps ingest.zip small, with every path inside it and only what it needs", () => {
    expect(zipOf("ingest").length).to.be.lessThan(500_000);
    const paths = Object.keys(unzipSync(zipOf("ingest")));
    expect(paths).to.include.members([
      "__index.js",
      "node_modules/pg/package.json",
      "node_modules/pg-copy-streams/index.js",
    ]);
    for (const name of paths)
      expect(name)
        .to.match(/^(__index\.js|node_modules\/.+)$/)
        .and.not.include("..");
    expect(paths.filter((name) => /@aws-sdk|@pulumi|\.d\.ts$|\.map$/.test(name))).to.be.empty;
    expect(Object.keys(unzipSync(zipOf("schema")))).to.not.include("node_modules/pg-copy-streams/index.js");
  });

  it("writes the same bytes at every run", async () => {
    const { code } = await command.run(path.join(dir, "again"));
    expect(code).to.equal(0);
    expect(readFileSync(path.join(dir, "again", "ingest.zip")).equals(zipOf("ingest"))).to.equal(true);
  });

  for (const name of ["ingest", "schema"]) {
    it(`writes a ${name}.zip that loads in an empty folder beside nothing but the AWS SDK`, () => {
      const folder = path.join(dir, name);
      for (const [file, content] of Object.entries(unzipSync(zipOf(name)))) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        writeFileSync(path.join(folder, file), content);
      }
      const sdk = path.join(dir, `${name}-runtime`);
      mkdirSync(sdk);
      symlinkSync(path.join(root, "node_modules/@aws-sdk"), path.join(sdk, "@aws-sdk"));
      const script = "process.stdout.write(typeof require('./__index.js').handler)";
      const env = { PATH: process.env.PATH, NODE_PATH: sdk };
      expect(execFileSync(process.execPath, ["-e", script], { cwd: folder, env, encoding: "utf8" })).to.equal(
        "function",
      );
    });
  }

  it("writes into a relative folder, as seen from where it was called", async () => {
    const { code, stderr } = await command.run(path.relative(root, path.join(dir, "relative")));
    expect(code, stderr).to.equal(0);
    expect(readdirSync(path.join(dir, "relative"))).to.deep.equal(readdirSync(path.join(dir, "out")));
  });

  it("names an environment that doesn't exist, and writes nothing", async () => {
    const { code, stderr } = await command.run(path.join(dir, "none"), "--stack", "nowhere");
    expect(code).to.equal(1);
    expect(stderr).to.match(/^There is no environment nowhere: the environments are .*dev/);
    expect(readdirSync(dir)).to.not.include("none");
  });
});

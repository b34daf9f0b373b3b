import { execFileSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { needsPulumi, retained } from "./support/deployed";
import { Engine } from "./support/engine";

describe("an environment from nothing", () => {
  let engine: Engine;
  let sts: Server;
  let aws: NodeJS.ProcessEnv;
  before(needsPulumi);
  before(async () => {
    engine = Engine.create();
    const git = (...args: string[]): string =>
      execFileSync("git", args, { cwd: engine.checkout, encoding: "utf8" });
    git("init", "--quiet");
    git("add", "--all");
    git(
      "-c",
      "user.name=test",
      "-c",
      "user.email=test@example.com",
      "commit",
      "--quiet",
      "--message",
      "as cloned",
    );
    // Says whose the credentials are; nothing else is asked of AWS.
    sts = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/xml" }).end(identity);
    });
    await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve));
    aws = {
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
    };
  });
  after(() => {
    sts?.close();
    engine?.close();
  });

  it("is made, deployed and destroyed by the README's lines, and the checkout stays clean", async () => {
    const lines = readmeLines(engine.readFile("README.md"));
    expect(lines.map(([script]) => script)).to.deep.equal([
      "init",
      "preview",
      "deploy",
      "outputs",
      "destroy",
    ]);
    for (const [script, ...args] of lines) {
      const { code, output } = await engine.npm(script ?? "", args, aws);
      expect(code, output).to.equal(0);
      if (script === "deploy") expect(engine.cloud.all()).to.have.length.above(50);
      if (script === "outputs") expect(output).to.include("bucketName");
    }
    expect(engine.cloud.namesOf("dev")).to.deep.equal(retained);
    expect(execFileSync("git", ["status", "--short"], { cwd: engine.checkout, encoding: "utf8" })).to.equal(
      "",
    );
  });

  it("of one's own keeps its keys in config whatever the CLI writes into its file, and refuses those outside", async () => {
    const made = await engine.npm("new-environment", ["staging", "--set", "aws:region=eu-west-1"], aws);
    expect(made.code, made.output).to.equal(0);
    const before = engine.readFile("Pulumi.staging.yaml");
    await engine.init("networking", "staging");
    const after = engine.readFile("Pulumi.staging.yaml");
    expect(after.replace(/^encryptionsalt: .*\n/m, "")).to.equal(before);
    expect(after).to.not.equal(before);
    engine.edit("Pulumi.staging.yaml", "  # networking:nat: none", "  networking:nat: instance");
    const uncommented = await engine.npm("outputs", ["--stack", "staging", "--only", "networking"], aws);
    expect(uncommented.code, uncommented.output).to.equal(0);
    engine.edit("Pulumi.staging.yaml", "encryptionsalt:", "database:multiAz: true\nencryptionsalt:");
    const refused = await engine.npm("outputs", ["--stack", "staging", "--only", "networking"], aws);
    expect(refused.output).to.include("Pulumi.staging.yaml: database:multiAz stands outside of config:");
  });

  it("may hold secrets, which its checks read by the CLI", async () => {
    await engine.pulumi("networking", [
      "config",
      "set",
      "--secret",
      "networking:nat",
      "none",
      "--stack",
      "staging",
    ]);
    const list = ["--stack", "staging", "--only", "networking"];
    engine.edit("Pulumi.staging.yaml", "database:multiAz: true\n", "");
    expect((await engine.npm("preview", list, aws)).code).to.equal(0);
    await engine.pulumi("networking", [
      "config",
      "set",
      "--secret",
      "networking:nat",
      "nowhere",
      "--stack",
      "staging",
    ]);
    const refused = await engine.npm("preview", list, aws);
    expect(refused.output).to.include("networking:nat: ");
    expect(refused.code).to.equal(1);
  });
});

const identity =
  "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

/** The lines of the README's section on deploying: each an npm script and its arguments. */
function readmeLines(readme: string): string[][] {
  const [, block = ""] = /^## Deploy$[^]*?^```sh\n([^]*?)^```$/m.exec(readme) ?? [];
  return block
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.replace("npm run ", "").replace(" --", "").split(/ +/));
}

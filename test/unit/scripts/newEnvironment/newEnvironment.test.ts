import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import * as YAML from "yaml";
import { root } from "../../../../programs/programs";
import { configKeysOf, environmentFile } from "../../../../scripts/newEnvironment/file";
import { checkConfig } from "../../../../scripts/stacks/checkConfig";

describe("a new environment", () => {
  const text = environmentFile("staging", { "aws:region": "eu-west-1", "database:multiAz": false });

  it("has every key of every project, each with what it is", () => {
    expect(configKeysOf()).to.have.length.above(40);
    for (const { key, facts } of configKeysOf()) {
      expect(text, key).to.match(new RegExp(`^  (# )?${key}: ?`, "m"));
      expect(facts.description, key).to.be.a("string").and.not.equal("");
    }
  });

  it("sets only what was said, and is valid as it is", () => {
    const { config } = YAML.parse(text) as { config: Record<string, unknown> };
    expect(config).to.deep.equal({ "aws:region": "eu-west-1", "database:multiAz": false });
    expect(() => checkConfig("staging", textual(config))).to.not.throw();
  });

  it("is valid with every default set in its place, and each is the schema's", () => {
    const open = configKeysOf().filter(({ facts }) => facts.default !== undefined);
    const all = open.reduce((file, { key }) => file.replace(`  # ${key}:`, `  ${key}:`), text);
    const { config } = YAML.parse(all) as { config: Record<string, unknown> };
    for (const { key, facts } of open.filter((known) => known.key !== "database:multiAz")) {
      expect(config[key], key).to.deep.equal(facts.default);
    }
    expect(() => checkConfig("staging", textual(config))).to.not.throw();
  });

  it("explains a choice with its default and cost", () => {
    expect(text).to.include(
      "  # Choices: none, gateway, gateway-per-zone, instance. Default: none.\n  # Cost: none: $7.30",
    );
    expect(text).to.include("  # Choices: from 20 up to 65536. Default: 20.");
  });

  it("ends with a set key, so that what the CLI adds below config takes no key out of it", () => {
    expect(text)
      .to.match(/^config:\n {2}# \w/m)
      .and.match(/\n {2}aws:region: eu-west-1\n$/);
  });

  describe("as a command", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), "groundwork-environments-"));
      writeFileSync(path.join(folder, "Pulumi.dev.yaml"), "config: {}\n");
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const run = (...args: string[]) =>
      spawnSync(
        process.execPath,
        ["-r", "./programs/register.js", "scripts/newEnvironment/index.ts", ...args],
        {
          cwd: root,
          encoding: "utf8",
          env: { ...process.env, GROUNDWORK_ENVIRONMENTS: folder },
        },
      );

    it("writes it, and says what comes next", () => {
      const { status, stdout } = run("staging", "--set", "aws:region=eu-west-1");
      expect(status).to.equal(0);
      expect(stdout).to.include("npm run init -- --stack staging\n  npm run deploy -- --stack staging\n");
      expect(readdirSync(folder)).to.have.members(["Pulumi.dev.yaml", "Pulumi.staging.yaml"]);
    });

    const cases = [
      {
        what: "overwrite one",
        args: ["dev", "--set", "aws:region=eu-west-1"],
        says: "Pulumi.dev.yaml is there already",
      },
      { what: "guess what has no default", args: ["staging"], says: "say it with --set aws:region=VALUE" },
    ];
    for (const { what, args, says } of cases) {
      it(`does not ${what}`, () => {
        const { status, stderr } = run(...args);
        expect(stderr).to.include(says);
        expect(status).to.equal(1);
        expect(readdirSync(folder)).to.deep.equal(["Pulumi.dev.yaml"]);
        expect(readFileSync(path.join(folder, "Pulumi.dev.yaml"), "utf8")).to.equal("config: {}\n");
      });
    }
  });
});

/** Config as the CLI hands it on: what isn't text as JSON. */
function textual(config: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(config);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

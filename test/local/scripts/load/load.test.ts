import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { findEnvironment } from "../../../../local/running";
import { Command } from "../../../support/command";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";
const good = (i: number): string => `5411,Merchant number ${i},EUR,${i}.25,2024-01-01,visa\n`;
const bad = 'x,"a, ""b""",EUR,1,2024-01-01,visa';

describe("npm run load", function () {
  let local: Command;
  let load: Command;
  let file: string;

  before(async function () {
    this.timeout(120_000);
    if (findEnvironment("local")) {
      throw new Error(
        "The environment local is up already, and these tests need one of their own: end it first",
      );
    }
    local = new Command("local");
    load = new Command("load");
    await local.start().says("up until Ctrl-C");
    file = path.join(load.tmp, "many.csv");
    // Beyond 5 MiB, so that it travels in parts, whose ETag is another than the file's MD5.
    const lines = Array.from({ length: 130_000 }, (_, i) => good(i)).join("");
    writeFileSync(file, `${header}\n${lines}${bad}\n`);
  });
  after(() => {
    local.close();
    load.close();
  });
  this.timeout(120_000);

  it("uploads a file, follows its job, says how it went and saves what was rejected", async () => {
    const rejects = path.join(load.tmp, "rejects.csv");
    const { code, stdout, stderr } = await load.run(file, "--stack", "local", "--rejects", rejects, "--json");
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ key: "many.csv", status: "done", rows: 130_000, rejected: 1 });
    const saved = readFileSync(rejects, "utf8");
    const offset = readFileSync(file, "utf8").indexOf(bad);
    expect(saved).to.equal(
      `byte_offset,reason,record\n${offset},"mcc: ""x"" is not a whole number","${bad.replaceAll('"', '""')}"\n`,
    );
  });

  it("does nothing for a file that is loaded already, and says so", async () => {
    const { code, stdout, stderr } = await load.run(file, "--stack", "local");
    expect(code, stderr).to.equal(0);
    expect(stdout).to.include("loaded already");
    expect(stderr).to.not.include("upload");
  });

  it("fails at a file that can't be loaded, says why and how to go on, and lists both jobs", async () => {
    const other = path.join(load.tmp, "other.csv");
    writeFileSync(other, "a,b\n1,2\n");
    const failed = await load.run(other, "--stack", "local");
    expect(failed.code).to.equal(1);
    expect(failed.stderr).to.include('its first line is "a,b"').and.to.include("--resume");
    const resumed = await load.run("other.csv", "--resume", "--stack", "local");
    expect(resumed.code, "for the same reason again").to.equal(1);
    expect(resumed.stderr).to.include('its first line is "a,b"');
    const { stdout } = await load.run("--list", "--stack", "local");
    expect(stdout).to.match(/failed .*other\.csv: the file has no header/);
    expect(stdout).to.match(/done .*130,000 .*many\.csv/);
  });

  it("names the file that isn't there, and asks for one where none is named", async () => {
    const missing = await load.run("nowhere.csv", "--stack", "local");
    expect(missing.code).to.equal(1);
    expect(missing.stderr).to.include("There is no file nowhere.csv");
    const none = await load.run("--stack", "local");
    expect(none.code).to.equal(1);
    expect(none.stderr).to.include("Name the file to load");
  });
});

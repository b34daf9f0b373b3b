import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { Command } from "../../../support/command";

describe("npm start", function () {
  // The whole sample takes seconds on an idle machine, and much longer on one that is shared.
  this.timeout(300_000);
  let command: Command;
  let dir: string;
  beforeEach(() => {
    command = new Command("start");
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-test-"));
  });
  afterEach(() => {
    command.close();
    rmSync(dir, { recursive: true });
  });

  function csv(name: string, text: string): string {
    const file = path.join(dir, name);
    writeFileSync(file, text);
    return file;
  }

  it("loads a sample, hands over on the way where it is long enough, and checks it", async () => {
    // Four chunks: the first hop commits at least one, and hands over in less than half a second.
    const { code, stdout, stderr } = await command.run("--rows", "478817", "--json");
    expect(code, stderr).to.equal(0);
    const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
    expect(result).to.include({ rows: 478_817, rejected: 0 });
    expect(result.hops).to.be.greaterThan(0);
    expect(result.seconds).to.be.greaterThan(0);
    expect(result.rowsPerSecond).to.be.greaterThan(0);
    expect(result.outputs).to.have.nested.property("ingest.bucketName");
    expect(command.leftovers()).to.be.empty;
  });

  it("loads a person's own file, and counts what it rejects", async () => {
    const file = csv(
      "my file+1.csv",
      "mcc,merchant,currency,amount,transaction_date,card_type\n" +
        '5411,"Café, ""Zum Löwen""",EUR,-12.50,2024-02-29,credit\n' +
        "x,Nobody,EUR,1,2024-01-01,debit\n" +
        ",Kiosk,USD,0.01,2024-01-01,debit\n",
    );
    const { code, stdout, stderr } = await command.run("--file", file, "--json");
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ rows: 2, rejected: 1, hops: 0 });
  });

  const bad = [
    {
      name: "a file that doesn't exist",
      args: ["--file", "/nowhere/x.csv"],
      says: /^There is no file \/nowhere\/x\.csv: name/,
    },
    { name: "a folder", args: ["--file", "."], says: /^\. is not a file: name a CSV file/ },
    {
      name: "rows that are no number",
      args: ["--rows", "many"],
      says: /'many' is invalid.*whole number from 1/,
    },
    {
      name: "an option that doesn't exist",
      args: ["--raws", "5"],
      says: /unknown option '--raws'[\s\S]*--rows/,
    },
  ];
  for (const { name, args, says } of bad) {
    it(`refuses ${name} at once`, async () => {
      const { code, stderr } = await command.run(...args);
      expect(code).to.equal(1);
      expect(stderr).to.match(says);
      expect(command.leftovers()).to.be.empty;
    });
  }

  it("says what is wrong with a file that has no header, and loads nothing of it", async () => {
    const { code, stderr } = await command.run(
      "--file",
      csv("rows.csv", "5411,Kiosk,EUR,1,2024-01-01,debit\n"),
    );
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /rows\.csv was not loaded: .*no header of the table records: missing: amount, transaction_date/,
    );
    expect(command.leftovers()).to.be.empty;
  });

  it("leaves nothing behind after Ctrl-C", async () => {
    const { child, ended, says } = command.start();
    await says("database");
    child.kill("SIGINT");
    expect((await ended).code).to.equal(130);
    expect(command.leftovers()).to.be.empty;
  });

  it("leaves nothing behind after kill -9 in the middle of a load", async () => {
    const { child, ended, says } = command.start();
    await says("made a sample");
    child.kill("SIGKILL");
    await ended;
    expect(await command.leftoversSoon()).to.be.empty;
  });

  it("runs twice at once", async () => {
    const both = await Promise.all([command.run("--rows", "500"), command.run("--rows", "700")]);
    expect(both.map(({ code }) => code)).to.deep.equal([0, 0]);
    expect(command.leftovers()).to.be.empty;
  });
});

import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { readMigrations } from "../../../../infra/database/migrations";
import { copyCheckout } from "../../../support/checkout";
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

  it("has the ports of local: only where it stays, and says at once where it can't have them", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const ports = ["cognitoPort", "apiPort"].map((key) => ["--config", `local:${key}=${port}`]);
    const { code, stderr } = await command.run("--rows", "10", ...ports.flat());
    expect(code, stderr).to.equal(0);
    for (const taken of ports) {
      const refused = await command.run("--rows", "10", "--keep", ...taken);
      expect(refused).to.include({ code: 1 });
      expect(refused.stderr).to.contain(`Port ${port} is in use`).and.not.contain("up in");
    }
    server.close();
  });

  it("says at once that the environment is up, or coming up, in another process", async () => {
    symlinkSync(String(process.pid), path.join(dir, "local.lock"));
    const refused = await command.runIn({ GROUNDWORK_ANNOUNCEMENTS: dir }, "--keep");
    expect(refused).to.include({ code: 1 });
    expect(refused.stderr).to.contain(`in process ${process.pid}: end that one`).and.not.contain("up in");
  });

  it("fails where one row is not as the file has it", async () => {
    // Between the load and the check a cent is added to one amount.
    const damage = csv(
      "damage.js",
      `const Module = require("node:module");
       const { require: real } = Module.prototype;
       Module.prototype.require = function (id) {
         const found = real.call(this, id);
         if (!id.endsWith("/verify/verify") || found.damaged) return found;
         const { expectations } = found;
         found.expectations = async (client, ...rest) => {
           await client.query("UPDATE records SET amount = amount + 0.01 WHERE id = 7");
           return expectations(client, ...rest);
         };
         found.damaged = true;
         return found;
       };`,
    );
    const variables = { NODE_OPTIONS: `--require ${damage}` };
    const { code, stdout, stderr } = await command.runIn(variables, "--rows", "20", "--json");
    expect(stderr).to.include("The rows in records are not those of the file");
    expect([code, stdout]).to.deep.equal([1, ""]);
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

  it("loads and checks a file of another table, and ends with what to do next", async () => {
    const checkout = copyCheckout(path.join(dir, "checkout"));
    const next = String(readMigrations().length + 1).padStart(3, "0");
    writeFileSync(
      path.join(checkout, "tables/readings.ts"),
      `import { defineTable } from "../functions/ingest/table";
export default defineTable({
  name: "readings",
  files: { prefix: "readings/" },
  format: { delimiter: ";", decimal: ",", encoding: "windows-1252" },
  columns: [
    { name: "day", type: "date", required: true, format: { dates: "DD.MM.YYYY" } },
    { name: "celsius", header: "°C", type: "numeric(5,2)" },
    { name: "place", type: "text" },
  ],
});
`,
    );
    writeFileSync(
      path.join(checkout, `functions/sql/${next}_readings.sql`),
      `CREATE TABLE readings (day date NOT NULL, celsius numeric(5, 2), place text, ingest_job bigint);
       GRANT INSERT ON readings TO ingest;
       INSERT INTO ingest_tables VALUES ('readings');`,
    );
    const file = csv("may.csv", "");
    writeFileSync(
      file,
      Buffer.from("Place;Day;\xb0C\r\nK\xf6ln;29.02.2024;-1,5\nOslo;31.02.2024;1\r\n", "latin1"),
    );
    const elsewhere = new Command("start", checkout);
    try {
      const { code, stdout, stderr } = await elsewhere.run("--file", file, "--table", "readings");
      expect(code, stderr).to.equal(0);
      expect(stderr).to.match(/^bringing the environment up/);
      expect(stdout).to.match(/rows +1 in readings, each checked/);
      expect(stdout).to.match(/rejected +1: npm run table -- check .*may\.csv --table readings shows them\n/);
      const last = stdout.trimEnd().split("\n").slice(-3);
      expect(last[0]).to.match(/^npm start -- --file .*may\.csv --table readings --keep {2}/);
      expect(last[1]).to.match(/^npm run psql -- --stack local -c "SELECT \* FROM readings LIMIT 9" {2}/);
      expect(last[2]).to.match(/^npm run deploy {2}/);
      expect(stdout).to.not.match(/127\.0\.0\.1|localhost/);
    } finally {
      elsewhere.close();
    }
  });

  const bad = [
    {
      name: "a table that doesn't exist",
      args: ["--file", "README.md", "--table", "nowhere"],
      says: /There is no table nowhere in tables\/, only .*records/,
    },
    {
      name: "a table without a file",
      args: ["--table", "records"],
      says: /^--table .*: name the file with --file/,
    },
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

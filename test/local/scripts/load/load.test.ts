import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { findEnvironment } from "../../../../local/runningEnvironment";
import { Command } from "../../../support/command";
import { keepEnvironment } from "../../../support/environment";

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
    const environment = local.start();
    await environment.says("up until Ctrl-C");
    await environment.says("Console ");
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
    expect(code, stderr).to.equal(2);
    expect(JSON.parse(stdout)).to.include({ key: "many.csv", status: "done", rows: 130_000, rejected: 1 });
    const offset = readFileSync(file, "utf8").indexOf(bad);
    expect(readFileSync(`${rejects}.reasons.csv`, "utf8")).to.equal(
      "line,byte,column,value,code,reason\n" +
        `130002,${offset},"mcc","x","not-a-whole-number","mcc: ""x"" is not a whole number"\n`,
    );
    const saved = readFileSync(rejects, "utf8");
    expect(saved).to.equal(`${header}\n${bad}\n`);
    writeFileSync(rejects, saved.replace("\nx,", "\n5411,"));
    const mended = await load.run(rejects, "--stack", "local", "--json");
    expect(mended.code, mended.stderr).to.equal(0);
    expect(JSON.parse(mended.stdout)).to.include({ key: "rejects.csv", rows: 1, rejected: 0 });
  });

  it("goes by the environment's keys, whatever the shell has set, and these are told", async () => {
    const shell = { AWS_PROFILE: "nobody's", AWS_ACCESS_KEY_ID: "", AWS_SESSION_TOKEN: "old" };
    const restore = keepEnvironment();
    Object.assign(process.env, shell);
    const { code, stderr } = await load.run("--list", "--stack", "local").finally(restore);
    expect(code, stderr).to.equal(0);
    const told = await new Command("local").run("--env");
    expect(told.code, told.stderr).to.equal(0);
    expect(told.stderr).to.match(/is up already, in process \d+/);
    expect(told.stdout).to.match(/^export AWS_SECRET_ACCESS_KEY='[\w-]{40}'$/m);
    expect(told.stdout).to.match(/^export DATABASE_URL='postgresql:.*sslmode=verify-full/m);
  });

  it("has a console whose address npm run console prints too, until Ctrl-C", async () => {
    const command = new Command("console");
    try {
      const running = command.start("--stack", "local", "--no-open");
      await running.says("up until Ctrl-C");
      running.child.kill("SIGINT");
      const { stdout, code } = await running.ended;
      expect(stdout).to.match(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
      expect([code, await command.leftoversSoon()]).to.deep.equal([130, []]);
    } finally {
      command.close();
    }
  });

  it("does nothing for a file that is loaded already, and says so", async () => {
    const { code, stdout, stderr } = await load.run(file, "--stack", "local");
    expect(code, stderr).to.equal(2);
    expect(stdout).to.include("loaded already");
    expect(stderr).to.not.include("upload");
  });

  it("fails at a file that can't be loaded, says why and how to go on, and lists both jobs", async () => {
    const other = path.join(load.tmp, "other.csv");
    writeFileSync(other, "a,b\n1,2\n");
    const failed = await load.run(other, "--stack", "local");
    expect(failed.code).to.equal(1);
    expect(failed.stderr)
      .to.include("no header of the table records")
      .and.to.include("npm run load -- other.csv --resume --stack local");
    const resumed = await load.run("other.csv", "--resume", "--stack", "local");
    expect(resumed.code, "for the same reason again").to.equal(1);
    expect(resumed.stderr).to.include("no header of the table records");
    const { stdout } = await load.run("--list", "--stack", "local");
    expect(stdout).to.match(/failed .*other\.csv: .*no header of the table/);
    expect(stdout).to.match(/done .*130,000 .*many\.csv/);
  });

  it("takes a job's rows out, and loads the file anew when it is asked to", async () => {
    const undone = await load.run("rejects.csv", "--undo", "--stack", "local");
    expect(undone.code, undone.stderr).to.equal(0);
    expect(undone.stdout).to.equal("rejects.csv: 1 rows were taken out of records\n");
    const status = await load.run("rejects.csv", "--status", "--stack", "local", "--json");
    expect(JSON.parse(status.stdout)).to.include({ status: "undone", rows: 0, reason: "undone on request" });
    const rejects = path.join(load.tmp, "rejects.csv");
    for (const time of ["after --undo", "after it was loaded"]) {
      const again = await load.run(rejects, "--again", "--stack", "local", "--json");
      expect(again.code, again.stderr).to.equal(0);
      expect(JSON.parse(again.stdout), time).to.include({ status: "done", rows: 1 });
    }
    const none = await load.run("nowhere.csv", "--undo", "--stack", "local");
    expect(none.code).to.equal(1);
    expect(none.stderr).to.include("There is no job for nowhere.csv");
  });

  it("names the file that isn't there, and asks for one where none is named", async () => {
    const missing = await load.run("nowhere.csv", "--stack", "local");
    expect(missing.code).to.equal(1);
    expect(missing.stderr).to.include("There is no file nowhere.csv");
    // The key of a job that is done, and still no file.
    const gone = await load.run("many.csv", "--stack", "local");
    expect([gone.code, gone.stderr]).to.deep.equal([1, "There is no file many.csv: name a CSV file\n"]);
    const none = await load.run("--stack", "local");
    expect(none.code).to.equal(1);
    expect(none.stderr).to.include("Name the file to load");
  });

  it("loads a folder's files, each once, however often it is asked to, and what lies in the bucket already", async () => {
    const folder = path.join(load.tmp, "days");
    mkdirSync(path.join(folder, "may"), { recursive: true });
    for (let i = 0; i < 12; i++) {
      writeFileSync(
        path.join(folder, i % 2 === 0 ? "may" : ".", `${i}.csv`),
        `${header}\n${good(500_000 + i)}`,
      );
    }
    writeFileSync(path.join(folder, "_SUCCESS"), "");
    const result = (ended: { stdout: string }) => JSON.parse(ended.stdout) as Record<string, unknown>;
    const first = await load.run(folder, "--stack", "local", "--json");
    expect(first.code, first.stderr).to.equal(0);
    expect(result(first)).to.include({ done: 12, before: 0, rows: 12, rejected: 0 });
    const second = await load.run(folder, "--stack", "local", "--json");
    expect(result(second)).to.include({ done: 0, before: 12, rows: 0 });
    expect((await load.run("5.csv", "--undo", "--stack", "local", "--key", "days/5.csv")).code).to.equal(0);
    const one = await load.run(path.join(folder, "5.csv"), "--stack", "local", "--prefix", "one/", "--json");
    expect(result(one)).to.include({ key: "one/5.csv", rows: 1 });
    const existing = await load.run("--existing", "days/", "--stack", "local", "--json");
    expect(existing.code, existing.stderr).to.equal(0);
    expect(result(existing)).to.include({ done: 1, before: 11, rows: 1 });
    const nowhere = await load.run("--existing", "nowhere/", "--stack", "local");
    expect(nowhere.code).to.equal(1);
    expect(nowhere.stderr).to.include("no file of a table").and.to.include("under nowhere/");
  });

  it("says within seconds what the function gave up on, and goes on with it when the cause is mended", async () => {
    const psql = new Command("psql");
    const lost = path.join(load.tmp, "lost.csv");
    writeFileSync(lost, `${header}\n${good(600_000)}`);
    try {
      await psql.run("--stack", "local", "--command", "REVOKE INSERT ON ingest_jobs FROM ingest");
      const failed = await load.run(lost, "--stack", "local");
      await psql.run("--stack", "local", "--command", "GRANT INSERT ON ingest_jobs TO ingest");
      expect(failed.code).to.equal(1);
      expect(failed.stderr).to.include("gave up on lost.csv: permission denied for table ingest_jobs");
      const letters = await load.run("--dead-letters", "--retry", "--stack", "local", "--json");
      expect(letters.code, letters.stderr).to.equal(0);
      const [letter] = JSON.parse(letters.stdout) as Record<string, unknown>[];
      expect(letter).to.include({ key: "lost.csv", state: "as it was", done: "started again" });
      const loaded = await load.run(lost, "--stack", "local", "--json");
      expect(JSON.parse(loaded.stdout)).to.include({ status: "done", rows: 1 });
      expect((await load.run("--dead-letters", "--stack", "local")).stdout).to.equal("no dead letters\n");
    } finally {
      psql.close();
    }
  });

  it("leaves rows that npm run psql shows, where psql is on PATH and where it isn't, and hands on what fails", async () => {
    const psql = new Command("psql");
    const sql =
      "SELECT count(*) AS many, E'a\\nb\\x1b' AS odd FROM records WHERE merchant = 'Merchant number 7'";
    try {
      const found = await psql.run("--stack", "local", "--command", sql);
      expect(found.code, found.stderr).to.equal(0);
      expect(found.stdout)
        .to.match(/many .*odd/)
        .and.to.not.include("\x1b");
      const wrong = await psql.run("--stack", "local", "--command", "SELECT nothing");
      expect(wrong.code).to.be.greaterThan(0);
      expect(wrong.stderr).to.include('column "nothing" does not exist');
      const own = await psql.runIn({ PATH: "/nowhere" }, "--stack", "local", "--command", sql);
      expect(own.code, own.stderr).to.equal(0);
      expect(own.stdout).to.equal("many  odd\n1     a\\u{a}b\\u{1b}\n(1 row)\n");
    } finally {
      psql.close();
    }
  });

  it("is followed in npm run logs: what each function wrote, with its failures", async () => {
    const logs = new Command("logs");
    try {
      const all = await logs.run("--stack", "local", "--since", "1h", "--json");
      expect(all.code, all.stderr).to.equal(0);
      const lines = all.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { function: string; message: string });
      expect(new Set(lines.map((line) => line.function))).to.deep.equal(
        new Set(["schema", "ingest", "ingest-jobs"]),
      );
      const ingest = lines.filter((line) => line.function === "ingest").map(({ message }) => message);
      expect(ingest.join("\n"))
        .to.include("no header of the table records")
        .and.to.include("REPORT RequestId");
      const unknown = await logs.run("--stack", "local", "--function", "nobody");
      expect(unknown.code).to.equal(1);
      expect(unknown.stderr).to.include(
        "has no function nobody: it has ingest, ingest-jobs, schema, group-authorizer",
      );
    } finally {
      logs.close();
    }
  });
});

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { isOnPath } from "../../../scripts/shared/onPath";
import { copyCheckout } from "../../support/checkout";
import { Command } from "../../support/command";
import { notRun } from "../../support/notRun";

/**
 * As the README has it, one after the other in a checkout of its own: what can run on a laptop. `npm start` alone is in
 * start.test.ts, and that every other command takes what the pages write is in docs.test.ts.
 */
describe("a newcomer's first hour", function () {
  this.timeout(300_000);
  const password = "Correct-horse-1";
  let dir: string;
  let checkout: string;
  const commands: Command[] = [];
  let local: ReturnType<Command["start"]>;

  before(() => {
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-test-"));
    checkout = copyCheckout(path.join(dir, "checkout"));
    writeFileSync(
      path.join(checkout, "my.csv"),
      "Day;Place;Celsius\n29.02.2024;Köln;-1,5\n01.03.2024;Oslo;2,25\n",
    );
  });
  after(async () => {
    local?.child.kill("SIGINT");
    await local?.ended;
    for (const command of commands) command.close();
    rmSync(dir, { recursive: true, force: true });
  });

  function command(script: string): Command {
    const made = new Command(script, checkout);
    commands.push(made);
    return made;
  }
  async function run(script: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await command(script).run(...args);
    expect(code, `${script} ${args.join(" ")}\n${stdout}\n${stderr}`).to.equal(0);
    return { stdout, stderr };
  }
  const rowsOf = async (sql: string): Promise<string> =>
    (await run("psql", "--stack", "local", "-c", sql)).stdout;

  it("makes a table for a file of one's own, and loads and checks the file", async () => {
    await run("table", "new", "my.csv");
    const { stdout } = await run("start", "--file", "my.csv");
    expect(stdout).to.match(/rows +2 in my, each checked/);
    expect(stdout).to.match(
      /^npm start -- --file my\.csv --keep .*\nnpm run psql -- --stack local -c "SELECT \* FROM my/m,
    );
  });

  it("says in one sentence where the table and its definition differ", async () => {
    const file = path.join(checkout, "tables/my.ts");
    const definition = readFileSync(file, "utf8");
    writeFileSync(file, definition.replace(/type: "numeric"[^}]*\}[^}]*\}/, 'type: "text" }'));
    const { code, stderr } = await command("start").run("--file", "my.csv");
    writeFileSync(file, definition);
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /came up: The schema is applied, but .*celsius is numeric .*, and text in tables\/my\.ts\n$/,
    );
  });

  it("keeps an environment up, loads the file into it and shows its rows", async () => {
    local = command("local").start();
    await local.says("Console");
    expect((await run("load", "my.csv", "--stack", "local")).stdout).to.match(/rows +2\b/);
    const rows = await rowsOf("SELECT day, place, celsius FROM my ORDER BY day");
    expect(rows).to.match(/2024-02-29 .*Köln .*-1\.5[^]*2024-03-01 .*Oslo .*2\.25/);
    expect((await run("logs", "--stack", "local", "--function", "ingest")).stdout).to.include('"Rows":2');
  });

  it("signs a user in, and calls the API with the line that is printed", async function () {
    if (!isOnPath("curl")) return notRun(this, "curl");
    const cognito = (...args: string[]) => run("cognito", ...args, "--stack", "local", "--env", "my.env");
    process.env.COGNITO_PASSWORD = password;
    try {
      await cognito("create-user", "--username", "ann");
      const { stderr } = await cognito("get-token", "--username", "ann");
      const [, line = ""] = /^call the API: (.*)$/m.exec(stderr) ?? [];
      const { stdout } = await promisify(execFile)("sh", ["-c", `${line} -sS`], { cwd: checkout });
      expect(JSON.parse(stdout)).to.deep.equal({ message: "Authorized!!!" });
      // It looks like a token: the function refuses it, which is no failure of its own.
      const refused = await fetch(/http\S+$/.exec(line)![0], { headers: { authorization: "a.b.c" } });
      expect(refused.status).to.equal(401);
      const records = line
        .replace("/admin-only/all", "/records?day=2024-02-29")
        .replace(/ (http\S+)$/, " '$1'");
      const answer = await promisify(execFile)("sh", ["-c", `${records} -sS`], { cwd: checkout });
      expect(JSON.parse(answer.stdout)).to.deep.equal({ records: [], next: null });
    } finally {
      delete process.env.COGNITO_PASSWORD;
    }
  });

  it("shows what an environment costs, and writes the functions' archives", async () => {
    expect((await run("cost", "--stack", "dev")).stdout).to.match(/^dev, while nothing happens, a month/);
    expect((await run("package", "out")).stdout).to.match(/^ingest\.zip /m);
  });

  it("leaves nothing behind", async () => {
    local.child.kill("SIGINT");
    const { code, stderr } = await local.ended;
    expect(code).to.equal(130);
    expect(stderr).to.not.include("Unauthorized");
    for (const each of commands) expect(await each.leftoversSoon()).to.be.empty;
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { copyCheckout } from "../../../support/checkout";
import { Command } from "../../../support/command";

describe("Two tables in one bucket", function () {
  this.timeout(300_000);
  let dir: string;
  let commands: Command[];
  before(() => {
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-test-"));
    commands = [];
  });
  after(() => {
    for (const command of commands) command.close();
    rmSync(dir, { recursive: true });
  });

  it("are each loaded whole by one environment, when table new made one of them and both files come at once", async () => {
    const checkout = copyCheckout(path.join(dir, "checkout"));
    const command = (name: string): Command => {
      commands.push(new Command(name, checkout));
      return commands.at(-1)!;
    };
    const count = 60_000;
    const lines = (line: (i: number) => string): string =>
      Array.from({ length: count }, (_, i) => line(i)).join("");
    const sales = path.join(dir, "sales.csv");
    writeFileSync(sales, `Nr;Tag;Betrag\n${lines((i) => `${i};${1 + (i % 28)}.02.2024;${i},5\n`)}`);
    const others = path.join(dir, "others.csv");
    const header = "mcc,merchant,currency,amount,transaction_date,card_type";
    writeFileSync(
      others,
      `${header}\n${lines((i) => `1,Shop ${i},EUR,1,2024-01-01,v\n`)}x,x,x,1,2024-01-01,x\n`,
    );
    const made = await command("table").run("new", sales, "--key", "Nr");
    expect(made.code, made.stderr).to.equal(0);
    await command("local").start().says("up until Ctrl-C");
    const loads = await Promise.all(
      [sales, others].map((file) => command("load").run(file, "--stack", "local", "--json")),
    );
    expect(loads.map(({ code, stderr }) => (code === 1 ? stderr : code))).to.deep.equal([0, 2]);
    const [first, second] = loads.map(({ stdout }) => JSON.parse(stdout) as Record<string, unknown>);
    expect(first).to.include({
      key: "sales/sales.csv",
      table: "sales",
      status: "done",
      rows: count,
      rejected: 0,
    });
    expect(second).to.include({ key: "others.csv", table: "records", rows: count, rejected: 1 });
    // What is taken out are the rows of each job: all of them, in the table that it was for.
    for (const [file, table] of [
      ["sales/sales.csv", "sales"],
      ["others.csv", "records"],
    ] as const) {
      const { stdout } = await command("load").run(file, "--undo", "--stack", "local");
      expect(stdout).to.equal(`${file}: 60,000 rows were taken out of ${table}\n`);
    }
  });
});

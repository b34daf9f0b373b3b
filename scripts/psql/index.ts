import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { Command } from "commander";
import { runCommand } from "../shared/terminal";

interface PsqlOptions {
  stack: string;
  command?: string;
  key?: string;
}

const program = new Command("npm run psql --")
  .description(
    "Opens psql on the private database, through the tunnel on AWS; where psql isn't on PATH, a small prompt of its own.",
  )
  .option("--stack <name>", "the environment; local is the one that npm run local holds", "dev")
  .option("-c, --command <sql>", "run this, print what it answers, and end")
  .option("--key <file>", "the private SSH key of the bastion, as for npm run tunnel")
  .parse();

runCommand(async (stop) => {
  const { stack, command, key } = program.opts<PsqlOptions>();
  // Loaded here: --help doesn't wait for them.
  const { openDatabase } = await import("./open");
  const { hasPsql, runPsql } = await import("./psqlProgram");
  const { runPrompt } = await import("./prompt");
  const session = await openDatabase(stack, { key, stop });
  // For its owner only, and gone at the end: what the password stands in is neither an argument nor a variable.
  const dir = mkdtempSync(path.join(tmpdir(), "groundwork-psql-"));
  try {
    const { access, password } = session;
    if (!hasPsql()) return await runPrompt(access, password, command, stop);
    const passFile = path.join(dir, "pgpass");
    const escaped = password.replace(/[\\:]/g, "\\$&");
    writeFileSync(passFile, `*:*:*:*:${escaped}\n`, { mode: 0o600 });
    process.exitCode = await runPsql(access, passFile, command);
  } finally {
    rmSync(dir, { recursive: true, force: true });
    session.close();
  }
});

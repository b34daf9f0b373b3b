import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Command } from "../shared/command";
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
  const { Session } = await import("../../local/session");
  const { openDatabase } = await import("./open");
  const { hasPsql, runPsql } = await import("./psqlProgram");
  const { runPrompt } = await import("./prompt");
  const session = new Session();
  try {
    const { access, password } = await openDatabase(session, stack, { key, stop });
    if (!hasPsql()) return await runPrompt(access, password, command, stop);
    process.exitCode = await runPsql(access, writePassFile(session.dir, password), command, stop);
  } finally {
    await session.close();
  }
});

/** For its owner only: what the password stands in is neither an argument nor a variable. */
function writePassFile(dir: string, password: string): string {
  const own = path.join(dir, "psql");
  mkdirSync(own, { mode: 0o700 });
  const file = path.join(own, "pgpass");
  writeFileSync(file, `*:*:*:*:${password.replace(/[\\:]/g, "\\$&")}\n`, { mode: 0o600 });
  return file;
}

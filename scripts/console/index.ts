import { Command } from "../shared/command";
import { runCommand } from "../shared/terminal";

const command = new Command("npm run console --")
  .description(
    "Serves a page about an environment on 127.0.0.1, until Ctrl-C: files and jobs, functions and their logs, users, the API. It speaks AWS's APIs with your own credentials.",
  )
  .option("--stack <name>", "the environment; local is the one that npm run local holds", "dev")
  .option("--no-open", "only print the address, and open no browser")
  .parse();

runCommand(async (stop) => {
  const { stack, open } = command.opts<{ stack: string; open: boolean }>();
  // Loaded here: --help waits for none of it.
  const { Session } = await import("../../local/session");
  const { untilStopped } = await import("../shared/untilStopped");
  const { enterAws } = await import("../shared/stackOutputs");
  const { startConsole } = await import("./server");
  enterAws(stack);
  const session = new Session();
  try {
    const address = await startConsole(session, stack);
    process.stdout.write(`${address}\n`);
    if (open) await (await import("../cognito/openBrowser")).openBrowser(address);
    await untilStopped(stop);
  } finally {
    await session.close();
  }
});

import { Command } from "commander";
import { publishEnvironment } from "../../local/running";
import { Session } from "../../local/session";
import { type ConfigOverrides, configOption } from "../shared/configOption";
import { addresses, untilStopped, upLine } from "../shared/environmentView";
import { prepareGlue } from "./prepareGlue";
import { runCommand, table } from "../shared/terminal";

const command = new Command("npm run local --")
  .description(
    "Brings the environment local up on this machine, until Ctrl-C; other commands find it with --stack local.",
  )
  .addOption(configOption())
  .parse();

runCommand(async (stop) => {
  // Loaded behind the options: the programs and their providers take a second or two.
  const { startEnvironment } = await import("../../local/environment");
  const { config } = command.opts<{ config: ConfigOverrides }>();
  const session = new Session();
  try {
    const environment = await startEnvironment(session, {
      stack: "local",
      config,
      onUp: upLine,
      signal: stop,
    });
    publishEnvironment(session, environment);
    table(addresses(environment), process.stdout);
    await prepareGlue(environment, stop);
    await untilStopped(stop);
  } finally {
    await session.close();
  }
});

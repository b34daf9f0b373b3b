import { Command } from "commander";
import { type ConfigOverrides, configOption } from "../shared/configOption";
import { runCommand, table } from "../shared/terminal";

const command = new Command("npm run local --")
  .description(
    "Brings the environment local up on this machine, until Ctrl-C; other commands find it with --stack local.",
  )
  .addOption(configOption())
  .parse();

runCommand(async (stop) => {
  const { config } = command.opts<{ config: ConfigOverrides }>();
  // Loaded here: --help doesn't wait for the programs and their providers.
  const { addresses, untilStopped, withEnvironment } = await import("../shared/localEnvironment");
  const { publishEnvironment } = await import("../../local/runningEnvironment");
  const { prepareGlue } = await import("./prepareGlue");
  await withEnvironment({ config, signal: stop }, async (environment, session) => {
    publishEnvironment(session, environment);
    table(addresses(environment), process.stdout);
    await prepareGlue(environment, stop);
    await untilStopped(stop);
  });
});

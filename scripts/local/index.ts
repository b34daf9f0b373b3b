import { Command } from "commander";
import type { InvocationEnd } from "../../local/lambda/service";
import { type ConfigOverrides, configOption } from "../shared/configOption";
import { printable } from "../shared/printable";
import { paint, runCommand, table } from "../shared/terminal";

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
    environment.services.lambda.events.on("end", tellFailure);
    table(addresses(environment), process.stdout);
    await prepareGlue(environment, stop);
    await untilStopped(stop);
  });
});

/** A function that fails is seen where the environment was started: nobody looks for a log that nobody knows of. */
function tellFailure({ functionName, outcome }: InvocationEnd): void {
  if (outcome.ok) return;
  const { errorType, errorMessage } = outcome.error;
  const reason = paint("red", printable(`${errorType}: ${errorMessage}`), process.stderr);
  process.stderr.write(`${functionName} failed: ${reason} (npm run logs -- --stack local)\n`);
}

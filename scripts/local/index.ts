import * as path from "node:path";
import type { InvocationEnd } from "../../local/lambda/service";
import { root } from "../../programs/programs";
import type { Made } from "../../local/watch/apply";
import type { Change } from "../../local/watch/watch";
import { Command } from "../shared/command";
import { type ConfigOverrides, configOption } from "../shared/configOption";
import { printable } from "../shared/printable";
import { paint, runCommand, table } from "../shared/terminal";

interface LocalOptions {
  readonly config: ConfigOverrides;
  readonly env: boolean;
  /** True without a folder. */
  readonly keepData?: string | true;
  readonly watch: boolean;
}

const command = new Command("npm run local --")
  .description(
    "Brings the environment local up on this machine, until Ctrl-C; other commands find it with --stack local.",
  )
  .addOption(configOption())
  .option(
    "--env",
    "print variables for a shell instead of a table, and at once where the environment is up already",
    false,
  )
  .option(
    "--keep-data [folder]",
    "the database and the bucket outlive it there, for the next time (default: .cache/local-data)",
  )
  .option(
    "--watch",
    "deploy each change of a program, function, table or migration within seconds of saving it; the database keeps its rows",
    false,
  )
  .addHelpText(
    "after",
    '\nWith it up in another terminal, eval "$(npm run -s local -- --env)" makes the AWS CLI, the SDKs and psql "$DATABASE_URL"\nwork on it.',
  )
  .parse();

runCommand(async (stop) => {
  const { config, env, keepData, watch } = command.opts<LocalOptions>();
  // Loaded here: --help doesn't wait for the programs and their providers.
  const { findEnvironment, publishEnvironment } = await import("../../local/runningEnvironment");
  const { shellVariables } = await import("./variables");
  const running = env ? findEnvironment("local") : undefined;
  if (running) {
    process.stderr.write(`the environment local is up already, in process ${running.pid}: its variables\n`);
    process.stdout.write(shellVariables(running));
    return;
  }
  const keepDataIn =
    keepData === true ? path.join(root, ".cache/local-data") : keepData && path.resolve(keepData);
  const { addresses, withEnvironment } = await import("../shared/localEnvironment");
  const { untilStopped } = await import("../shared/untilStopped");
  const { enterAws } = await import("../shared/stackOutputs");
  const { startConsole } = await import("../console/server");
  const { prepareGlue } = await import("./prepareGlue");
  const { watchAndTell } = await import("./watchAndTell");
  const { recordIn } = await import("../../local/watch/apply");
  const made: Made = new Map();
  const changes: Change[] | undefined = watch ? [] : undefined;
  const options = { config, keepDataIn, stays: true, signal: stop, ...(watch && { onMade: recordIn(made) }) };
  await withEnvironment(options, async (environment, session) => {
    const announced = publishEnvironment(session, environment);
    environment.services.lambda.events.on("end", tellFailure);
    enterAws(environment.stack);
    const page = await startConsole(session, environment.stack, { changes });
    const console: [string, string] = ["Console", page];
    if (env) process.stdout.write(shellVariables(announced));
    table([console, ...(env ? [] : addresses(environment))], env ? process.stderr : process.stdout);
    if (changes) watchAndTell({ session, environment, made, config, changes });
    await prepareGlue(environment, stop);
    await untilStopped(stop);
  });
});

/** A function that fails is seen where the environment was started: nobody looks for a log that nobody knows of. */
function tellFailure({ functionName, outcome }: InvocationEnd): void {
  if (outcome.ok) return;
  const { errorType, errorMessage } = outcome.error;
  // How an authorizer refuses a token is no failure.
  if (functionName.endsWith("-authorizer") && errorMessage === "Unauthorized") return;
  const reason = paint("red", printable(`${errorType}: ${errorMessage}`), process.stderr);
  process.stderr.write(
    `${functionName} failed: ${reason} (npm run logs -- --stack local --function ${functionName.replace(/^local-/, "")})\n`,
  );
}

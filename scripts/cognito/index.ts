import { keyValues } from "../shared/arguments";
import { Command } from "../shared/command";
import { runCommand } from "../shared/terminal";
import { type Action, type ActionName, actions } from "./actions";
import type { CognitoOptions } from "./options";

const program = new Command("npm run cognito --").description(
  "Tokens, users and groups of an environment's user pool, on AWS and on this machine. " +
    "The pool is that of --stack; or the one of COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID in the env file, at AWS_ENDPOINT_URL if that is set.",
);

for (const [name, { summary, takes }] of Object.entries(actions) as [ActionName, Action][]) {
  const command = program.command(name).description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`);
  command.summary(summary);
  if (takes.includes("username")) command.option("--username <name>", "the user");
  if (takes.includes("password")) {
    command.option(
      "--password <password>",
      "- reads it from standard input; others on this machine, and npm's log, see any other (default: COGNITO_PASSWORD, else a prompt)",
    );
  }
  if (takes.includes("newPassword")) {
    command.option(
      "--new-password <password>",
      "for a user who has to choose one; likewise (default: COGNITO_NEW_PASSWORD, else a prompt)",
    );
  }
  if (takes.includes("group")) command.option("--group <name>", "the group");
  if (takes.includes("description")) command.option("--description <text>", "what the group is for");
  if (takes.includes("attributes")) {
    command.option(
      "--attribute <name=value>",
      "such as custom:test=x; may be repeated",
      keyValues("custom:test=x"),
    );
  }
  if (takes.includes("names")) {
    command.option(
      "--name <attribute>",
      "such as custom:test; may be repeated",
      (name: string, before: string[] = []) => [...before, name],
    );
  }
  if (takes.includes("temporary")) {
    command.option("--temporary", "the user has to choose another at the next sign-in", false);
  }
  if (takes.includes("login")) {
    command.option("--no-browser", "print the address instead of opening it");
    command.option("--scope <scopes>", "separated by commas (default: all that the client may have)");
  }
  command
    .option("--stack <name>", "the environment; local is the one that npm run local holds", "dev")
    .option("--env <file>", "the file that holds ids and tokens", ".env")
    .option("--config <file>", "JSON: username, password, newPassword, group, description, attributes")
    .option("--profile <name>", "the profile of your AWS credentials")
    .option("--verbose", "show the tokens too", false)
    .action((options: CognitoOptions) => {
      runCommand(async (stop) => {
        // Loaded when there is something to do: --help shouldn't wait for the AWS SDK.
        const { explained } = await import("./failure");
        const { Run } = await import("./options");
        const { perform } = await import("./perform");
        const run = new Run(options, command, stop);
        try {
          await perform[name](run);
        } catch (error) {
          throw explained(error);
        } finally {
          await run.target.close();
        }
      });
    });
}

program.parse();

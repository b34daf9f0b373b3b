import { readFileSync } from "node:fs";
import { wholeNumber } from "./shared/arguments";
import { Command } from "./shared/command";
import { planText } from "./shared/planText";
import { runCommand } from "./shared/terminal";

const command = new Command("scripts/planText.ts")
  .description(
    "Writes what npm run preview said as Markdown, cut between two resources where it is too long.",
  )
  .argument("<file>", "what npm run preview wrote")
  .requiredOption("--title <text>", "the heading")
  .option("--most <characters>", "the length that it may have", wholeNumber(), 60_000)
  .option("--rest <url>", "where the whole plan is", "the log of this job")
  .parse();

runCommand(() => {
  const { title, most, rest } = command.opts<{ title: string; most: number; rest: string }>();
  process.stdout.write(planText(readFileSync(command.args[0] ?? "", "utf8"), { title, most, rest }));
  return Promise.resolve();
});

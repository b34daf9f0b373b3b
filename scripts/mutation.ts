import { readdirSync } from "node:fs";
import * as path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { mutate } from "../trials/mutation/mutate";

const root = path.join(__dirname, "..");
const folder = "functions/ingest/reader";

const command = new Command("npm run mutation --")
  .description(
    "Changes the reader of files in one place at a time, and prints the changes that no test notices.",
  )
  .option(
    "--files <file...>",
    "what to change",
    readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`),
  )
  .option("--tests <file...>", "tests to run", ["test/unit/functions/ingest/reader/*.test.ts"])
  .option(
    "--most <count>",
    "so many changes, spread over the files",
    (value) => {
      if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError("It must be a whole number from 1 on.");
      return Number(value);
    },
    Infinity,
  )
  .parse();

const { files, tests, most } = command.opts<{ files: string[]; tests: string[]; most: number }>();
const { tried, killed } = mutate(root, files, tests, most, ({ file, line, text, instead }) => {
  console.log(`${file}:${line}: ${text} → ${instead}`);
});
console.log(`${killed} of ${tried} changes were noticed.`);

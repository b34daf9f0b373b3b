import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { Option } from "commander";
import { root } from "../../programs/programs";
import { Command } from "../shared/command";
import { runCommand } from "../shared/terminal";

const command = new Command("npm run diagram --")
  .description("Draws the architecture from the programs themselves, as docs/architecture.svg.")
  .option("--stack <name>", "the environment whose config is taken", "dev")
  .addOption(
    new Option("--out <file>", "another file").default(
      path.join(root, "docs", "architecture.svg"),
      "docs/architecture.svg",
    ),
  )
  .parse();

runCommand(async () => {
  const { stack, out } = command.opts<{ stack: string; out: string }>();
  // Loaded here: --help doesn't wait for Pulumi's SDK.
  const { drawing } = await import("./drawing");
  writeFileSync(out, await drawing(stack));
  process.stderr.write(`wrote ${path.relative(process.cwd(), out)}\n`);
});

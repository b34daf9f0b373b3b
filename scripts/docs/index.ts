import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Command } from "commander";
import { root } from "../../programs/programs";
import { runCommand } from "../shared/terminal";

new Command("npm run docs --")
  .description(
    "Writes the table of docs/security.md from policy/, the options of docs/tables.md from the types, and the keys of docs/configuration.md from the programs' schemas.",
  )
  .parse();

runCommand(async () => {
  // Loaded here, because one loads Pulumi's SDK and one the compiler: --help answers at once.
  const [{ securityDocument }, { tablesDocument }, { configurationDocument }] = await Promise.all([
    import("./security"),
    import("./tables"),
    import("./configuration"),
  ]);
  const write = async (name: string, made: (text: string) => Promise<string>): Promise<void> => {
    const file = path.join(root, "docs", name);
    writeFileSync(file, await made(readFileSync(file, "utf8")));
  };
  await write("tables.md", tablesDocument);
  await write("configuration.md", configurationDocument);
  await write("security.md", securityDocument);
});

import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Command } from "commander";
import { root } from "../../programs/programs";
import { runCommand } from "../shared/terminal";

new Command("npm run docs --")
  .description(
    "Writes docs/permissions.md from the programs, the table of docs/security.md from policy/, and the options of docs/tables.md from the types.",
  )
  .parse();

runCommand(async () => {
  // Loaded here, because one loads Pulumi's SDK and one the compiler: --help answers at once.
  const [{ permissionsDocument }, { securityDocument }, { tablesDocument }] = await Promise.all([
    import("./permissions"),
    import("./security"),
    import("./tables"),
  ]);
  const write = async (name: string, made: (text: string) => Promise<string>): Promise<void> => {
    const file = path.join(root, "docs", name);
    writeFileSync(file, await made(readFileSync(file, "utf8")));
  };
  await write("tables.md", tablesDocument);
  await write("security.md", securityDocument);
  writeFileSync(path.join(root, "docs/permissions.md"), await permissionsDocument());
});

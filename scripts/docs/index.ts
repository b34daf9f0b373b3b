import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { root } from "../../programs/programs";
import { Command } from "../shared/command";
import { runCommand } from "../shared/terminal";

new Command("npm run docs --")
  .description(
    "Writes what docs/ has of the programs and the types: permissions.md, security.md's table, configuration.md's keys, tables.md's options.",
  )
  .parse();

runCommand(async () => {
  // Loaded here, because one loads Pulumi's SDK and one the compiler: --help answers at once.
  const [{ permissionsDocument }, { securityDocument }, { tablesDocument }, { configurationDocument }] =
    await Promise.all([
      import("./permissions"),
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
  writeFileSync(path.join(root, "docs/permissions.md"), await permissionsDocument());
});

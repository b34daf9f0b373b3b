import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Command } from "commander";
import { root } from "../../programs/programs";
import { runCommand } from "../shared/terminal";

new Command("npm run docs --").description("Writes the table of docs/security.md from policy/.").parse();

runCommand(async () => {
  // Loaded here, because it loads Pulumi's SDK: --help answers at once.
  const { securityDocument } = await import("./security");
  const file = path.join(root, "docs/security.md");
  writeFileSync(file, await securityDocument(readFileSync(file, "utf8")));
});

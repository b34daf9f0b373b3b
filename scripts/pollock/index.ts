import { existsSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { Command } from "../shared/command";
import { runCommand } from "../shared/terminal";

const description = `Scores how we read the files of Pollock, the benchmark of polluted CSV files (Vitagliano and others, VLDB 2023), when
nobody says anything about them. FOLDER holds its data: survey_sample/{csv,clean} (real files and the rows in them),
polluted_files/{csv,clean} (one file, broken in 2,290 ways), pollock_weights.json. None of it is kept here: see
https://github.com/HPI-Information-Systems/Pollock

All columns are taken for text, for the benchmark is about parsing: its clean versions keep 1,234.50 and 31/01/2018 as
they are written. Exact means: the same rows in the same order, cell for cell. Rows and nameless columns without a value,
and empty fields at a row's end, count for nothing on either side; a marker of NULL equals an empty cell; blanks around a
value of a column that is no text don't matter. The header is no row: its names are compared apart. Where a clean version
has a cell that its file hasn't, being mended by hand, ours is counted apart as "mended". A file is wrong silently when
its rows differ and nothing was refused, rejected or told as unsure.`;

const command = new Command("npm run pollock --")
  .description(description.replaceAll(/(?<!\n)\n(?!\n)/g, " "))
  .argument("<folder>", "the folder with the benchmark's data")
  .parse();

runCommand(async () => {
  const [folder = ""] = command.args;
  if (!existsSync(path.join(folder, "pollock_weights.json")))
    throw new GroundworkError(`${folder} has no pollock_weights.json: name the folder with Pollock's data`);
  // Loaded here: --help doesn't wait for the readers.
  const { scorePollock } = await import("./score");
  if (!(await scorePollock(folder))) process.exitCode = 1;
});

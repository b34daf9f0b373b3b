import { existsSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { root } from "../../programs/programs";
import { Command } from "../shared/command";
import { runCommand } from "../shared/terminal";

const command = new Command("npm run aws-inputs --")
  .description(
    "Writes policy/awsModels.json: what AWS takes of the inputs that the programs use, from botocore's models.",
  )
  .argument("<wheel>", "botocore's, as `pip download --no-deps botocore` gets it")
  .parse();

runCommand(async () => {
  const [wheel = ""] = command.args;
  if (!existsSync(wheel)) throw new GroundworkError(`There is no file ${wheel}: name botocore's wheel`);
  const [{ Models }, { constraintsOf, tableText, usedInputs }] = await Promise.all([
    import("./models"),
    import("./table"),
  ]);
  const models = new Models(wheel);
  const types = [...(await usedInputs())].map(
    ([type, used]) => [type, constraintsOf(models, type, used)] as const,
  );
  const source = `botocore ${models.version} of ${models.date}`;
  writeFileSync(path.join(root, "policy/awsModels.json"), tableText(source, Object.fromEntries(types)));
});

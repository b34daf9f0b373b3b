import { Command } from "commander";
import { readStackConfig } from "../../programs/programs";
import { type CostLine, type Estimate, estimate } from "./estimate";
import { prices } from "./prices";
import { checkEnvironment } from "../stacks/preflight";
import { paint, runCommand } from "../shared/terminal";

interface Options {
  readonly stack: string;
  readonly json?: boolean;
}

const command = new Command("npm run cost --")
  .description(
    "What an environment costs a month while nothing happens, and a million rows, from the resources that its\n" +
      `programs ask for and AWS's list prices of ${prices.region} (${prices.date}, scripts/cost/prices.ts). Needs no account.`,
  )
  .option("--stack <name>", "the environment: there is one Pulumi.<name>.yaml each", "dev")
  .option("--json", "one JSON object instead of the table")
  .parse();

runCommand(async () => {
  const { stack, json = false } = command.opts<Options>();
  await checkEnvironment(stack);
  // Loaded here, because it loads Pulumi's SDK.
  const { dryRun } = await import("../../programs/dryRun");
  const result = estimate(await dryRun(stack));
  const region = readStackConfig(stack)["aws:region"];
  if (json) {
    const { region: pricesOf, date } = prices;
    process.stdout.write(`${JSON.stringify({ stack, region, pricesOf, date, ...result })}\n`);
  } else {
    print(stack, region, result);
  }
});

function print(stack: string, region: string | undefined, result: Estimate): void {
  const out = process.stdout;
  out.write(`${stack}, while nothing happens, a month\n`);
  for (const line of result.idle) out.write(row(line, 2));
  out.write(paint("bold", row({ item: "together", monthly: result.idleTotal }, 2), out));
  if (result.wayOutTotal > 0) {
    const percent = Math.round((result.wayOutTotal / result.idleTotal) * 100);
    const text =
      `* $${result.wayOutTotal.toFixed(2)} of it, ${percent}%, is the private subnets' way out: ` +
      `networking:nat in Pulumi.${stack}.yaml chooses it\n`;
    out.write(paint("yellow", text, out));
  }
  out.write(`\na million rows\n`);
  for (const line of result.perMillionRows) out.write(row(line, 5));
  out.write(paint("bold", row({ item: "together", monthly: result.perMillionRowsTotal }, 5), out));
  for (const what of result.unpriced) {
    out.write(
      paint("red", `No price for ${what}: add it to scripts/cost/prices.ts. The total lacks it.\n`, out),
    );
  }
  out.write(
    `\nList prices of ${prices.region}, ${prices.date}, without free tiers, taxes, traffic and logs.` +
      `${region === undefined || region === prices.region ? "" : ` ${region} has others.`}\n`,
  );
}

/** A line of the table; what is the way out carries a star. */
function row({ item, monthly, isWayOut = false, note }: CostLine, digits: number): string {
  const text = `${isWayOut ? "*" : " "} ${item.padEnd(46)} ${`$${monthly.toFixed(digits)}`.padStart(10)}`;
  const line = `${text}${note === undefined ? "" : `  ${note}`}\n`;
  return isWayOut ? paint("yellow", line, process.stdout) : line;
}

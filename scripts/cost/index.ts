import { checkEnvironment } from "../stacks/preflight";
import { columns } from "../shared/columns";
import { Command } from "../shared/command";
import { paint, runCommand, widthOf } from "../shared/terminal";
import { oldestPrice, outdated, priceRegion } from "./prices";
import { type CostLine, type Estimate, estimate } from "./estimate";

interface CostOptions {
  readonly stack: string;
  readonly json?: boolean;
}

const command = new Command("npm run cost --")
  .description(
    "What an environment costs a month while nothing happens, and a million rows, from the resources that its " +
      `programs ask for and AWS's list prices of ${priceRegion} (scripts/cost/prices.ts says of which page and month). Needs no account.`,
  )
  .option("--stack <name>", "the environment: there is one Pulumi.<name>.yaml each", "dev")
  .option("--json", "one JSON object instead of the table")
  .parse();

runCommand(async () => {
  const { stack, json = false } = command.opts<CostOptions>();
  const config = await checkEnvironment(stack);
  // Loaded here, because it loads Pulumi's SDK.
  const { dryRun } = await import("../../programs/dryRun");
  const result = estimate(await dryRun(stack, { config }));
  const region = config["aws:region"];
  if (json) {
    const date = oldestPrice;
    process.stdout.write(`${JSON.stringify({ stack, region, pricesOf: priceRegion, date, ...result })}\n`);
  } else {
    print(stack, region, result);
  }
});

function print(stack: string, region: string | undefined, result: Estimate): void {
  const out = process.stdout;
  out.write(`${stack}, while nothing happens, a month\n`);
  writeLines(result.idle, result.idleTotal, 2);
  if (result.wayOutTotal > 0) {
    const percent = Math.round((result.wayOutTotal / result.idleTotal) * 100);
    const text =
      `* $${result.wayOutTotal.toFixed(2)} of it, ${percent}%, is the private subnets' way out: ` +
      `networking:nat in Pulumi.${stack}.yaml chooses it\n`;
    out.write(paint("yellow", text, out));
  }
  out.write(`\na million rows\n`);
  writeLines(result.perMillionRows, result.perMillionRowsTotal, 5);
  for (const what of result.unpriced) {
    out.write(
      paint("red", `No price for ${what}: add it to scripts/cost/prices.ts. The total lacks it.\n`, out),
    );
  }
  out.write(
    `\nList prices of ${priceRegion}, of ${oldestPrice} and later, without free tiers, taxes, traffic and logs.` +
      `${region === undefined || region === priceRegion ? "" : ` ${region} has others.`}\n`,
  );
  const old = outdated(new Date()).length;
  if (old > 0)
    out.write(
      paint("yellow", `Those of ${old} pages are older than a year: see scripts/cost/prices.ts.\n`, out),
    );
}

/** The lines with their sum below; what is the way out carries a star. */
function writeLines(lines: readonly CostLine[], total: number, digits: number): void {
  const all: CostLine[] = [...lines, { item: "together", monthly: total }];
  const cells = all.map(({ item, monthly, isWayOut = false, note = "" }) => [
    `${isWayOut ? "*" : " "} ${item}`,
    `$${monthly.toFixed(digits)}`,
    note,
  ]);
  for (const [i, text] of columns(cells, [1], widthOf(process.stdout)).entries()) {
    const format = i === lines.length ? "bold" : "yellow";
    const isPlain = i < lines.length && lines[i]?.isWayOut !== true;
    process.stdout.write(`${isPlain ? text : paint(format, text, process.stdout)}\n`);
  }
}

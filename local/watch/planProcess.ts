import { setImmediate as turn } from "node:timers/promises";
import { root } from "../../programs/programs";
import { problemsOf } from "./problemsOf";
import type { Plan, PlanRequest, Ran } from "./plan";

export type PlanAnswer = { readonly plan: Plan } | { readonly problems: readonly string[] };

/**
 * A process of its own that runs the programs each time that it is asked, from the files as they are then: of its modules
 * it keeps those of node_modules, which take the most time to load.
 */
process.on("message", ({ question }: { question: PlanRequest }) => {
  void answer(question).then((said) => process.send?.(said, () => --runsLeft === 0 && process.exit(0)));
});

/** By project: the last run of its program. */
const ran = new Map<string, Ran>();

/** Pulumi's serializer keeps some 12 MB of each run: another process takes over before that is much. */
let runsLeft = 20;

// Pulumi rejects more than one promise for what a program throws: the first was answered with.
process.on("unhandledRejection", () => undefined);

async function answer(request: PlanRequest): Promise<PlanAnswer> {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(root) && !file.includes("node_modules")) Reflect.deleteProperty(require.cache, file);
  }
  try {
    return { plan: await (await import("./plan")).planOf(request, ran) };
  } catch (error) {
    return { problems: problemsOf(error) };
  } finally {
    await settled();
  }
}

/** A program that threw may go on elsewhere, and would make its resources in the next run: nothing of it may be left to come. */
async function settled(): Promise<void> {
  do await turn();
  while (process.getActiveResourcesInfo().some((name) => /Req|Immediate|Timeout/.test(name)));
}

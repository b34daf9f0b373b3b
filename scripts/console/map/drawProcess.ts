import { findEnvironment } from "../../../local/runningEnvironment";
import { dryRun } from "../../../programs/dryRun";
import { architectureOf } from "../../diagram/architecture";
import { svgOf } from "../../diagram/svg";
import { type BoxFacts, factsOf } from "./facts";

/** What a drawing process prints, as JSON. */
export interface Drawn {
  readonly svg: string;
  /** By box. */
  readonly facts: Readonly<Record<string, BoxFacts>>;
}

/** Draws the environment that it is told, one that is up here by the config that it is up with, in a process of its own: the programs run in it, which takes a second or two. */
const [stack = "", account = ""] = process.argv.slice(2);

void (async () => {
  const architecture = architectureOf(await dryRun(stack, { config: findEnvironment(stack)?.config ?? {} }));
  const svg = await svgOf(architecture, ({ id }) => `/map?box=${encodeURIComponent(id)}`);
  const facts = architecture.boxes.map(({ id, lines, of }): [string, BoxFacts] => {
    const title = lines.join(", ");
    const none = { type: "", stack: "", name: "", arn: "", settings: [], monthly: 0, notes: [] };
    return [id, of ? factsOf(of, title, account) : { title, ...none }];
  });
  process.stdout.write(JSON.stringify({ svg, facts: Object.fromEntries(facts) } satisfies Drawn));
})();

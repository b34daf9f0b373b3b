import { InvalidArgumentError, Option } from "commander";
import { programs } from "../../programs/programs";
import { keyValues } from "./arguments";

/** Config by key, each key with its namespace: what comes on top of an environment's file. */
export type ConfigOverrides = Readonly<Record<string, string>>;

/** `--config networking:nat=instance`, as often as there are keys: what `pulumi up --config` takes. */
export function configOption(): Option {
  return new Option(
    "-c, --config <key=value>",
    "config on top of Pulumi.local.yaml, for instance networking:nat=instance; may be given several times",
  )
    .argParser(addConfig)
    .default({}, "none");
}

const namespaces = ["aws", "local", ...programs.map(({ project }) => project)];
const example = "networking:nat=instance";
const parse = keyValues(example);

function addConfig(text: string, before: ConfigOverrides): ConfigOverrides {
  const config = parse(text, before);
  const [, namespace] = /^([a-z]+):[A-Za-z0-9]+=/.exec(text) ?? [];
  if (namespace === undefined) throw new InvalidArgumentError(`It must be like ${example}.`);
  if (namespaces.includes(namespace)) return config;
  throw new InvalidArgumentError(
    `No project reads ${namespace}: a key begins with one of ${namespaces.join(", ")}.`,
  );
}

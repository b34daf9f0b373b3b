import { InvalidArgumentError, Option } from "commander";
import { programs } from "../../programs/programs";

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

const namespaces = ["aws", ...programs.map(({ project }) => project)];

function addConfig(text: string, before: ConfigOverrides): ConfigOverrides {
  const [, key, namespace, value] = /^(([a-z]+):[A-Za-z0-9]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError("It must be like networking:nat=instance.");
  }
  if (!namespaces.includes(namespace ?? "")) {
    throw new InvalidArgumentError(
      `No project reads ${namespace}: a key begins with one of ${namespaces.join(", ")}.`,
    );
  }
  return { ...before, [key]: value };
}

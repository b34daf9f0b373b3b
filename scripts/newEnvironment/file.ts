import * as YAML from "yaml";
import * as z from "zod";
import { awsKeys } from "../../infra/projectConfig";
import { projectConfigs } from "../../infra/projects";

/** What a schema says of its key, as JSON Schema and as our `meta` beside it. */
interface KeyFacts {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly cost?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** A key with its namespace, and what its schema says of it. */
export interface ConfigKey {
  readonly key: string;
  readonly facts: KeyFacts;
  /** Whether it has to be set: it has no default and can't be left out. */
  readonly isRequired: boolean;
}

/** Beyond this many, choices are no help: the regions of AWS. */
const mostChoices = 10;

/** The width that comments are wrapped at. */
const width = 116;

/**
 * Every key of every project, in the order of the schemas. The region, which has to be set, comes last: the CLI, which
 * adds lines of its own below `config`, keeps what stands in front of a set key, and no comment follows then that
 * would stand outside of `config` from there on.
 */
export function configKeysOf(): ConfigKey[] {
  const { region, ...rest } = awsKeys;
  return [...projectConfigs, { project: "aws", keys: { ...rest, region } }].flatMap(({ project, keys }) => {
    const { properties = {}, required = [] } = z.toJSONSchema(z.object(keys), { io: "input" });
    return Object.entries(properties).map(([key, facts]) => ({
      key: `${project}:${key}`,
      facts: facts as KeyFacts,
      isRequired: required.includes(key),
    }));
  });
}

/**
 * The text of `Pulumi.<name>.yaml`: every key with what it is, its choices, its default and its cost. Those that
 * have no default are set; the others stand as comments, so that a later default is followed.
 *
 * @param values of the keys that are to be set
 */
export function environmentFile(name: string, values: Readonly<Record<string, unknown>>): string {
  const lines = [
    `# The environment ${name}: npm run init -- --stack ${name}, then npm run deploy -- --stack ${name}`,
    "# Every key stands here with its default. Take the # in front of a key away to set it.",
    "# Prices are those of us-east-1; npm run cost says what this environment costs.",
    "config:",
  ];
  let namespace = "";
  for (const { key, facts } of configKeysOf()) {
    const [own = ""] = key.split(":");
    // No empty line behind config: the CLI would take it away.
    if (own !== namespace)
      lines.push(...(namespace === "" ? [] : [""]), `  # ${own} ${"-".repeat(width - own.length - 5)}`);
    namespace = own;
    lines.push("", ...comment(facts).map((line) => `  # ${line}`), ...setting(key, facts, values));
  }
  return `${lines.join("\n")}\n`;
}

function setting(key: string, facts: KeyFacts, values: Readonly<Record<string, unknown>>): string[] {
  const isSet = values[key] !== undefined;
  const value = isSet ? values[key] : (facts.default ?? facts.example ?? "");
  const text = YAML.stringify(
    { [key]: value },
    { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 },
  );
  // A flow style of the whole would put the key itself into braces.
  const line = text.trim().replace(/^\{|\}$/g, "");
  return [`  ${isSet ? "" : "# "}${line}`];
}

/** What it is, then its choices or range, its default, its cost; a line break of a text stays one. */
function comment(facts: KeyFacts): string[] {
  const { description = "", cost } = facts;
  const last = [choices(facts), defaultOf(facts)].filter((part) => part !== "").join(" ");
  return [description, last, cost === undefined ? "" : `Cost: ${cost}`]
    .filter((part) => part !== "")
    .flatMap((part) => part.split("\n"))
    .flatMap(wrap);
}

/** Of a key, in a sentence; nothing where anything goes. */
export function choices({ type, enum: allowed, minimum, exclusiveMinimum, maximum }: KeyFacts): string {
  if (allowed && allowed.length <= mostChoices) return `Choices: ${allowed.join(", ")}.`;
  if (type === "boolean") return "Choices: true, false.";
  const from = limit(minimum) ?? limit(exclusiveMinimum);
  const least = from === undefined ? "" : limit(minimum) === undefined ? `above ${from}` : `from ${from}`;
  const most = limit(maximum) === undefined ? "" : `up to ${maximum}`;
  const range = [least, most].filter((part) => part !== "").join(" ");
  return range === "" ? "" : `Choices: ${range}.`;
}

/** A limit that is ours: those of JavaScript's whole numbers are no choice. */
function limit(value: number | undefined): number | undefined {
  return value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** Of a key, in a sentence; nothing where there is none. */
export function defaultOf(facts: KeyFacts): string {
  return facts.default === undefined
    ? ""
    : `Default: ${JSON.stringify(facts.default).replace(/^"|"$/g, "")}.`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 5 > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

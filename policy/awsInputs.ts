import * as made from "./awsModels.json";
import { awsLimitRules } from "./awsLimits";
import type { AwsRule } from "./rule";

/** What AWS takes of a value. Of a list `size` counts the elements, of a text `length` the characters. */
export interface Constraint {
  readonly length?: Bounds;
  readonly range?: Bounds;
  readonly size?: Bounds;
  /** Of the whole text, as AWS's services write it. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

type Bounds = readonly [least: number | null, most: number | null];

interface Table {
  /** The models that it was made from, and their date. */
  readonly source: string;
  /**
   * By type and path. `a.b` is in a structure, `a[]` each element of a list, `a{}` each value of a map and `a{key}` each
   * key. Without a constraint `{}`; null: the provider's own, which AWS never sees.
   */
  readonly types: Readonly<Record<string, Readonly<Record<string, Constraint | null>>>>;
}

/** Made by `npm run aws-inputs` from botocore's models of the services, of what the programs use of them. */
// TypeScript takes the pairs in a JSON file for lists of any length.
export const awsInputs = made as unknown as Table;

/** One rule for each input of each type, so that none waits for another's value. */
const modelRules: readonly AwsRule[] = Object.entries(awsInputs.types).flatMap(([type, paths]) => {
  const byInput = new Map<string, [string, Constraint][]>();
  for (const [path, constraint] of Object.entries(paths)) {
    if (constraint === null || Object.keys(constraint).length === 0) continue;
    const [input = ""] = path.split(/[.[{]/);
    byInput.set(input, [...(byInput.get(input) ?? []), [path.slice(input.length), constraint]]);
  }
  return [...byInput].map(([input, constraints]) => inputRule(type, input, constraints));
});

const byType = new Map<string, AwsRule[]>();
for (const rule of [...modelRules, ...awsLimitRules]) {
  for (const type of rule.of) byType.set(type, [...(byType.get(type) ?? []), rule]);
}

/** What AWS itself would refuse of a resource of this type. */
export function awsRulesOf(type: string): readonly AwsRule[] {
  return byType.get(type) ?? [];
}

/** What AWS would refuse of a resource whose inputs are all known, each the end of a sentence. */
export function awsProblems(type: string, inputs: Readonly<Record<string, unknown>>): string[] {
  return awsRulesOf(type).flatMap(({ reads, refuses }) => refuses(reads.map((input) => inputs[input])) ?? []);
}

function inputRule(type: string, input: string, constraints: readonly [string, Constraint][]): AwsRule {
  return {
    of: [type],
    reads: [input],
    refuses([value]) {
      const problems = constraints.flatMap(([path, constraint]) =>
        valuesAt(value, path).flatMap((found) => {
          const problem = broken(found, constraint);
          return problem === undefined ? [] : [`${input}${path} ${shortly(found)} ${problem}`];
        }),
      );
      return problems.length === 0
        ? undefined
        : `isn't what AWS takes (${awsInputs.source}): ${problems.join("; ")}`;
    },
  };
}

/** The values at a path; none where it leads nowhere. */
function valuesAt(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  const [, step = "", rest = ""] = /^(\[\]|\{key\}|\{\}|\.[^.[{]+)?(.*)$/.exec(path) ?? [];
  if (step === "") return [value];
  const next = (): readonly unknown[] => {
    if (step === "[]") return Array.isArray(value) ? value : [];
    if (step === "{key}") return Object.keys(value);
    if (step === "{}") return Object.values(value);
    return [(value as Readonly<Record<string, unknown>>)[step.slice(1)]];
  };
  return next().flatMap((each) => valuesAt(each, rest));
}

/** Why AWS would refuse a value, as the end of a sentence; undefined where it would not. */
function broken(value: unknown, constraint: Constraint): string | undefined {
  const { length, range, size, pattern } = constraint;
  if (typeof value === "string") {
    if (length && outside(value.length, length)) return `has ${value.length} characters: ${between(length)}`;
    if (pattern !== undefined && !matcher(pattern).test(value)) return `isn't of the form ${pattern}`;
    if (constraint.enum && !constraint.enum.includes(value))
      return `is none of ${constraint.enum.join(", ")}`;
  }
  if (typeof value === "number" && range && outside(value, range)) return `has to be ${between(range)}`;
  if (Array.isArray(value) && size && outside(value.length, size)) {
    return `has ${value.length} elements: ${between(size)}`;
  }
  return undefined;
}

const outside = (value: number, [least, most]: Bounds): boolean =>
  value < (least ?? -Infinity) || value > (most ?? Infinity);

function between([least, most]: Bounds): string {
  if (least === null) return `${most} at most`;
  return most === null ? `${least} at least` : `from ${least} to ${most}`;
}

/** The services mean the whole text. Letters by kind and pairs of code units need the flag; others don't all take it. */
function matcher(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, /\\p\{|\\uD800/.test(pattern) ? "u" : "");
}

function shortly(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

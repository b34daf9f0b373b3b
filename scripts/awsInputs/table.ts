import { GroundworkError } from "../../infra/error";
import type { Constraint } from "../../policy/awsInputs";
import { attributesOf } from "../../programs/attributes";
import { dryRun } from "../../programs/dryRun";
import type { Models, Shape } from "./models";
import { calls } from "./operations";
import { variants } from "./variants";

type Paths = Record<string, Constraint | null>;

/** Lists of values that AWS adds to every month, such as types of machines: an old table would refuse new ones. */
const longestEnum = 60;

/** The inputs of each type that the programs make in any variant, as leaves: `a.b`, `a[]`, and of maps `a.KEY`. */
export async function usedInputs(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const used = new Map<string, Set<string>>();
  for (const { stack, config, projects } of variants) {
    for (const resource of await dryRun(stack, { config, projects })) {
      const { name, bucket, identifier } = attributesOf(resource) as Record<string, unknown>;
      // Names that Pulumi gives are held to the same.
      const given = Object.entries({ name, bucket, identifier }).filter(([, value]) => value !== undefined);
      const paths = used.get(resource.type) ?? new Set();
      used.set(resource.type, paths);
      for (const path of leaves({ ...Object.fromEntries(given), ...resource.inputs })) paths.add(path);
    }
  }
  return used;
}

function leaves(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : value.flatMap((each) => leaves(each, `${at}[]`));
  if (typeof value !== "object" || value === null) return value === undefined ? [] : [at];
  // An archive or a secret says nothing of AWS's names.
  if (Object.keys(value).some((key) => key.startsWith("__") || /^[0-9a-f]{32}$/.test(key))) return [at];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, at === "" ? key : `${at}.${key}`));
}

/** What AWS takes at each of these paths of a type. Throws a GroundworkError for one that no call is known for. */
export function constraintsOf(models: Models, type: string, used: Iterable<string>): Paths {
  const known = calls[type];
  if (!known)
    throw new GroundworkError(`${type}: add the call that makes one to scripts/awsInputs/operations.ts`);
  const found: Paths = {};
  for (const path of [...used].sort()) {
    const steps = stepsOf(path);
    const named = steps
      .map((_, at) => joined(steps.slice(0, steps.length - at)))
      .find((part) => known.inputs?.[part] !== undefined);
    const place = named === undefined ? (known.at ?? "") : known.inputs?.[named];
    if (place === null) {
      found[named ?? path] = null;
      continue;
    }
    const [member = "", call = known.call] = (place ?? "").split("/").reverse();
    const from = new Place(models, call, named ?? "").down(member);
    const rest = named === undefined ? steps : steps.slice(stepsOf(named).length);
    Object.assign(found, from.constraints(rest) ?? unknownInput(type, path, call));
  }
  return found;
}

function unknownInput(type: string, path: string, call: string): never {
  throw new GroundworkError(
    `${type} ${path}: ${call} has no member of this name: add it to scripts/awsInputs/operations.ts`,
  );
}

const stepsOf = (path: string): string[] => (path === "" ? [] : path.replaceAll("[]", ".[]").split("."));
const joined = (steps: readonly string[]): string => steps.join(".").replaceAll(".[]", "[]");

/** `dbSubnetGroupName` is `DBSubnetGroupName`, `s3Targets` `S3Targets`. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** A place in what a call takes, and the path that inputs have there. */
class Place {
  private readonly service: string;
  private shape: Shape;

  constructor(
    private readonly models: Models,
    call: string,
    private readonly path: string,
  ) {
    const [service = "", operation = ""] = call.split(".");
    this.service = service;
    this.shape = models.input(service, operation);
  }

  /** To a member, as botocore writes it: `A.B[].C`. */
  down(member: string): this {
    for (const step of stepsOf(member)) {
      const next = step === "[]" ? this.shape.member : this.shape.members?.[step];
      if (!next)
        throw new GroundworkError(`${this.service} has no ${member}: mend scripts/awsInputs/operations.ts`);
      this.shape = this.models.shape(this.service, next.shape);
    }
    return this;
  }

  /** What holds on the way along the steps, and at their end; undefined where they lead nowhere. */
  constraints(steps: readonly string[], shape = this.shape, path = this.path): Paths | undefined {
    const to = (next: { shape: string } | undefined, rest: readonly string[], further: string) =>
      next && this.constraints(rest, this.models.shape(this.service, next.shape), further);
    const pair = this.pairOf(shape);
    const [step, ...rest] = steps;
    if (step === "[]") return merged({ [path]: constraintOf(shape) }, to(shape.member, rest, `${path}[]`));
    if (step !== undefined && (pair || shape.type === "map")) {
      const [key, value] = pair ?? [shape.key, shape.value];
      return merged(to(key, [], `${path}{key}`), to(value, rest, `${path}{}`));
    }
    // Where AWS takes a list, Pulumi often has its one element.
    if (shape.type === "list") return to(shape.member, steps, path);
    if (step === undefined) return { [path]: constraintOf(shape) };
    const names = [plain(step), `${plain(step)}s`, plain(step).replace(/s$/, "")];
    const member = names.flatMap((name) =>
      Object.entries(shape.members ?? {}).filter(([each]) => plain(each) === name),
    );
    return to(member[0]?.[1], rest, path === "" ? step : `${path}.${step}`);
  }

  /** Of a list of tags or dimensions, which Pulumi has as a map: their key and their value. */
  private pairOf({ member }: Shape): [{ shape: string }, { shape: string }] | undefined {
    const members = member && this.models.shape(this.service, member.shape).members;
    const [key, value] = [members?.Key ?? members?.Name, members?.Value];
    return members && Object.keys(members).length === 2 && key && value ? [key, value] : undefined;
  }
}

function merged(one: Paths | undefined, other: Paths | undefined): Paths | undefined {
  return one && other && { ...one, ...other };
}

function constraintOf({ type, min, max, pattern, enum: values }: Shape): Constraint {
  const bounds = min === undefined && max === undefined ? undefined : ([min ?? null, max ?? null] as const);
  const kind = ["list", "map"].includes(type) ? "size" : type === "string" ? "length" : "range";
  return {
    ...(bounds && { [kind]: bounds }),
    ...(pattern !== undefined && { pattern }),
    ...(values && values.length <= longestEnum && { enum: values }),
  };
}

/** The inputs in use that a table says nothing of. */
export function coverageGaps(
  used: ReadonlyMap<string, ReadonlySet<string>>,
  types: Readonly<Record<string, Paths>>,
): string[] {
  return [...used].flatMap(([type, paths]) => {
    const known = Object.entries(types[type] ?? {});
    const covers = (path: string) => (entry: [string, Constraint | null]) => {
      const [at, constraint] = entry;
      if (constraint === null) return path === at || path.startsWith(`${at}.`) || path.startsWith(`${at}[`);
      return at === path || (at.endsWith("{}") && path.startsWith(`${at.slice(0, -2)}.`));
    };
    return [...paths].filter((path) => !known.some(covers(path))).map((path) => `${type} ${path}`);
  });
}

/** The table as a file: one line an input. */
export function tableText(source: string, types: Readonly<Record<string, Paths>>): string {
  const lines = Object.entries(types)
    .sort()
    .map(([type, paths]) => {
      const inputs = Object.entries(paths)
        .sort()
        .map(([path, what]) => `      ${JSON.stringify(path)}: ${JSON.stringify(what)}`);
      return `    ${JSON.stringify(type)}: {\n${inputs.join(",\n")}\n    }`;
    });
  return `{\n  "source": ${JSON.stringify(source)},\n  "types": {\n${lines.join(",\n")}\n  }\n}\n`;
}

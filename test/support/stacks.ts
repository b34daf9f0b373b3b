import type * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { answerOf, attributesOf } from "../../programs/attributes";
import type { ResourceRequest, Scope } from "../../programs/attributes/table";
import { evaluate } from "../../programs/evaluate";
import { readStackConfig } from "../../programs/environments";
import { type Program, programs } from "../../programs/programs";

/** What a stack's program asked for, under mocks that compute what AWS would. */
export interface Recording {
  readonly outputs: Record<string, unknown>;
  readonly resources: readonly Recorded[];
  /** The one resource of this type, or of this type and name. */
  readonly only: (type: string, name?: string) => Record<string, unknown>;
  readonly all: (type: string) => Recorded[];
  /** The names of what a resource waits for: what it reads, and what `dependsOn` names. */
  readonly waitsFor: (type: string, name?: string) => string[];
  readonly optionsOf: (type: string, name?: string) => ResourceOptions;
  /** The types of the program's own components. */
  readonly components: readonly string[];
  /** What the program asked of AWS by this provider function. */
  readonly asked: (token: string) => unknown[];
}

interface ResourceOptions {
  /** Whether a destroy is refused because of it. */
  readonly protect: boolean;
  /** Whether a destroy leaves it in the account. */
  readonly retainOnDelete: boolean;
  /** What is there already and is taken over; empty where it is made. */
  readonly importId: string;
  /** Names that it had in earlier versions: one deployed under them is kept. */
  readonly formerNames: readonly string[];
}

export type Recorded = Pick<ResourceRequest, "type" | "name" | "inputs">;

/** What a function's callback was serialized into, without the packages beside it. */
export async function codeOf(inputs: Record<string, unknown>): Promise<string> {
  const assets = await (inputs.code as pulumi.asset.AssetArchive).assets;
  return (assets["__index.js"] as pulumi.asset.StringAsset).text;
}

type Config = Readonly<Record<string, string>>;

interface Options {
  /** The environment; its Pulumi.<stack>.yaml is read. Default dev. */
  readonly stack?: string;
  /** Config on top of the environment's; undefined takes a key away. */
  readonly config?: Record<string, string | undefined>;
  /** Outputs of upstream stacks by project. Default: those that their programs give. */
  readonly upstream?: Record<string, Record<string, unknown>>;
  /** What provider functions answer, by their tokens, instead of what the table says. */
  readonly answers?: Readonly<Record<string, Record<string, unknown>>>;
  /** Of the backend. */
  readonly organization?: string;
}

/** Runs the program of one project and, unless given, those of the projects before it. */
export async function record(project: string, options: Options = {}): Promise<Recording> {
  const { stack = "dev" } = options;
  if (!options.config && !options.upstream && !options.answers) return cached(project, stack);
  const upstream = options.upstream ?? (await upstreamOf(project, stack));
  const config = withOverrides(readStackConfig(stack), options.config ?? {});
  return run(find(project), stack, config, upstream, options);
}

/**
 * Runs all five programs of an environment, each with the outputs of those before it.
 *
 * @param config on top of the environment's
 */
export async function recordAll(stack = "dev", config: Config = {}): Promise<Map<string, Recording>> {
  const recordings = new Map<string, Recording>();
  for (const { project } of programs) recordings.set(project, await cached(project, stack, config));
  return recordings;
}

const cache = new Map<string, Promise<Recording>>();

/** A program makes the same of the same config: it is run once for all tests that look at it. */
function cached(project: string, stack: string, config: Config = {}): Promise<Recording> {
  const key = `${project}/${stack} ${JSON.stringify(config)}`;
  const recording =
    cache.get(key) ??
    upstreamOf(project, stack, config).then((upstream) =>
      run(find(project), stack, { ...readStackConfig(stack), ...config }, upstream),
    );
  cache.set(key, recording);
  return recording;
}

async function upstreamOf(
  project: string,
  stack: string,
  config: Config = {},
): Promise<Record<string, Record<string, unknown>>> {
  const outputs: Record<string, Record<string, unknown>> = {};
  for (const before of find(project).reads) outputs[before] = (await cached(before, stack, config)).outputs;
  return outputs;
}

async function run(
  program: Program,
  stack: string,
  config: Record<string, string>,
  upstream: Record<string, Record<string, unknown>>,
  { answers = {}, organization }: Pick<Options, "answers" | "organization"> = {},
): Promise<Recording> {
  const scope: Scope = { region: config["aws:region"] ?? "us-east-1", account: "123456789012", stack };
  const resources: Recorded[] = [];
  const calls: { readonly token: string; readonly inputs: unknown }[] = [];
  registered.clear();
  const outputs = await evaluate(program, {
    stack,
    config,
    ...(organization !== undefined && { organization }),
    world: {
      create(resource) {
        resources.push(resource);
        const { id, ...computed } = attributesOf({ ...resource, scope });
        return Promise.resolve({ id, outputs: computed });
      },
      call(token, inputs) {
        calls.push({ token, inputs });
        return Promise.resolve(answers[token] ?? answerOf(token, scope, inputs));
      },
      stackOutputs: (name) => upstream[name.split("/")[1] ?? ""],
    },
  });
  const all = (type: string) => resources.filter((resource) => resource.type === type);
  const find1 = (type: string, name: string | undefined): Recorded => {
    const found = all(type).filter((resource) => name === undefined || resource.name === name);
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources ${type} ${name ?? ""}`);
    return found[0];
  };
  const registrations = new Map(registered);
  return {
    outputs,
    resources,
    all,
    only: (type, name) => find1(type, name).inputs,
    waitsFor: (type, name) => registrations.get(`${type} ${find1(type, name).name}`)?.dependencies ?? [],
    optionsOf(type, name) {
      const registration = registrations.get(`${type} ${find1(type, name).name}`);
      if (!registration) throw new Error(`No program asked for ${type} ${name ?? ""}`);
      const { dependencies: _, ...options } = registration;
      return options;
    },
    components: [...registrations.keys()].flatMap((key) => /^groundwork:\S+/.exec(key) ?? []),
    asked: (token) => calls.flatMap((call) => (call.token === token ? [call.inputs] : [])),
  };
}

/** The message in which Pulumi's SDK asks for a resource. */
interface Registration {
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getImportid(): string;
  getAliasesList(): { getSpec(): { getName(): string } | undefined }[];
}

/** Of each resource by type and name, its options, with the names of what it depends on: Pulumi's mocks don't tell. */
const registered = new Map<string, ResourceOptions & { readonly dependencies: string[] }>();
const asked: { registerResource: (this: MockMonitor, ...args: never[]) => Promise<void> } =
  MockMonitor.prototype;
const { registerResource } = asked;
asked.registerResource = function (...args) {
  const [request] = args as unknown as [Registration];
  registered.set(`${request.getType()} ${request.getName()}`, {
    dependencies: request.getDependenciesList().map((urn) => urn.split("::").at(-1) ?? ""),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    importId: request.getImportid(),
    formerNames: request
      .getAliasesList()
      .map((alias) => alias.getSpec()?.getName() ?? "")
      .filter((formerly) => formerly !== ""),
  });
  return registerResource.apply(this, args);
};

function find(project: string): Program {
  const program = programs.find((candidate) => candidate.project === project);
  if (!program) throw new Error(`There is no project ${project}`);
  return program;
}

function withOverrides(
  config: Record<string, string>,
  overrides: Record<string, string | undefined>,
): Record<string, string> {
  const merged = Object.entries({ ...config, ...overrides });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

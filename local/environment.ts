import * as path from "node:path";
import { GroundworkError } from "../infra/error";
import { type EnvironmentOutputs, environmentOutputs } from "../infra/outputs";
import { withContents } from "../programs/archive";
import { attributesOf } from "../programs/attributes";
import type { Attributes, ResourceRequest } from "../programs/attributes/table";
import { root } from "../programs/programs";
import { readStackConfig } from "../programs/environments";
import { evaluateAll, scopeOf } from "../programs/evaluateAll";
import { behave } from "./behaviours";
import { readLocalConfig } from "./localConfig";
import { type LocalDatabase, type ServiceOptions, type Services, startServices } from "./services";
import type { Session } from "./session";

/** An environment that is up on this machine until its session closes. */
export interface Environment {
  readonly stack: string;
  /** On top of the environment's file. */
  readonly config: Readonly<Record<string, string>>;
  readonly outputs: EnvironmentOutputs;
  readonly services: Services;
  readonly database: LocalDatabase;
  readonly region: string;
}

export interface EnvironmentOptions extends ServiceOptions {
  readonly stack: string;
  /** Config on top of the environment's file, each key with its namespace. */
  readonly config?: Readonly<Record<string, string>>;
  /** Whether it is for others to work with: one that is not has neither the ports of `local:` nor the users kept. */
  readonly stays?: boolean;
  /** Told of each program once it is up, and how long that took in milliseconds. */
  readonly onUp?: (project: string, milliseconds: number) => void;
  /**
   * Told of each resource that is made, with what was computed for it (what a backend would keep as state), and what of
   * that its behaviour here did.
   */
  readonly onMade?: (
    resource: ResourceRequest,
    computed: Attributes,
    behaved: Readonly<Record<string, unknown>>,
  ) => void;
  /** Ends the coming up between two programs. */
  readonly signal?: AbortSignal;
}

/**
 * Brings up the five programs, in order, on services of this machine.
 *
 * @throws GroundworkError for bad config, an unknown environment, or a resource that couldn't be made.
 */
export async function startEnvironment(session: Session, options: EnvironmentOptions): Promise<Environment> {
  const config = { ...readStackConfig(options.stack), ...options.config };
  const scope = scopeOf(options.stack, config);
  const { keepUsers, users, ...ports } = readLocalConfig(options.stack, config);
  const services = await startServices(session, scope, { ...options, ports: options.stays ? ports : {} });
  let start = 0;
  const outputs = await evaluateAll(options.stack, {
    config,
    before() {
      options.signal?.throwIfAborted();
      start = performance.now();
    },
    async create(resource) {
      const attributes = attributesOf(resource);
      const read = await withContents(resource, process.cwd());
      const behaved = await behave(read, attributes, services);
      const computed = { ...attributes, ...behaved };
      options.onMade?.(read, computed, behaved);
      return computed;
    },
    after: ({ project }) => options.onUp?.(project, performance.now() - start),
  });
  const { database, cognito } = services;
  // After the programs, whose groups these users may be in.
  if (keepUsers && options.stays) cognito.keep(path.join(root, `.cache/${options.stack}-users.json`));
  if (users !== undefined) cognito.seed(path.resolve(root, users));
  if (!database) {
    throw new GroundworkError(`Environment ${options.stack} has no database: stacks/database makes none`);
  }
  return {
    stack: options.stack,
    config: options.config ?? {},
    outputs: environmentOutputs.parse(outputs),
    services,
    database,
    region: scope.region,
  };
}

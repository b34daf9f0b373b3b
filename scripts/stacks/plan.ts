import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { type Program, programs } from "../../programs/programs";
import { optionOf } from "../shared/arguments";
import { shellLine } from "../shared/shellLine";

/** What a person asks of the stacks; each is an npm script. */
export const actions = ["init", "preview", "deploy", "destroy", "refresh", "outputs"] as const;
export type Action = (typeof actions)[number];

/** Those that run the engine. */
export type EngineAction = Exclude<Action, "init" | "outputs">;

/** Whether an action changes what is deployed, or what is known of it. */
export const changesStacks = (action: Action): boolean => ["deploy", "destroy", "refresh"].includes(action);

/**
 * The projects that an action goes over, in its order: each after those that it reads; destroy the other way
 * round, because what is read from must outlive its readers.
 *
 * @throws GroundworkError naming every project of `only` that there isn't
 */
export function selectProjects(action: Action, only?: readonly string[]): Program[] {
  const names = programs.map(({ project }) => project);
  const unknown = (only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new GroundworkError(
      `There is no project ${unknown.join(", ")}: --only takes some of ${names.join(",")}`,
    );
  }
  const selected = programs.filter(({ project }) => only?.includes(project) ?? true);
  return action === "destroy" ? selected.reverse() : selected;
}

/** How an action is to be carried out. */
export interface Manner {
  /** Changes are made unasked; without it the CLI shows its plan and asks, or, where there is no terminal, refuses. */
  readonly yes?: boolean;
  /** Of refresh: only say what would change. */
  readonly previewOnly?: boolean;
  /** Looks first at what AWS has, so that what was changed by hand is put back. */
  readonly refresh?: boolean;
  /** A folder of plans, one a project: preview writes them, deploy does nothing that isn't in them. */
  readonly plans?: string;
  /** Of refresh: what AWS has of each resource whose making was cut off, by its name: its ID, or `none`. */
  readonly pending?: Readonly<Record<string, string>>;
  /** Of destroy: takes the stacks away as well; the environment's file stays. */
  readonly remove?: boolean;
  /** Of init: what keeps the stacks' secrets, as `pulumi stack init --secrets-provider` takes it. */
  readonly secretsProvider?: string;
}

/** The file of a project's plan. */
export const planFile = (folder: string, project: string): string => path.resolve(folder, `${project}.json`);

/**
 * The CLI's arguments for an action that runs the engine.
 *
 * @param files what the CLI writes into beside the state: the engine's events, and what it adds to the config
 */
export function cliArguments(
  action: EngineAction,
  { stack, project }: { readonly stack: string; readonly project: string },
  { yes = false, previewOnly = false, refresh = false, plans }: Manner,
  files: { readonly events: string; readonly config: string },
): string[] {
  const common = ["--stack", stack, "--event-log", files.events, "--config-file", files.config];
  const confirm = previewOnly ? ["--preview-only"] : yes ? ["--yes"] : [];
  const first = refresh ? ["--refresh"] : [];
  switch (action) {
    case "preview":
      return ["preview", ...common, ...first, ...(plans ? ["--save-plan", planFile(plans, project)] : [])];
    case "deploy":
      return ["up", ...common, ...first, ...confirm, ...(plans ? ["--plan", planFile(plans, project)] : [])];
    case "destroy":
      // The list has been shown, and the question asked.
      return ["destroy", ...common, ...first, "--yes", "--skip-preview"];
    case "refresh":
      return ["refresh", ...common, ...confirm];
  }
}

/** Whether somebody is asked before something changes: by the CLI, project by project, or by destroy, once for all. */
export function asksBefore(action: Action, { yes = false, previewOnly = false }: Manner): boolean {
  return changesStacks(action) && !yes && !previewOnly;
}

/** The command that goes on after `project` failed: with the projects that are left, in the same manner. */
export function resumeCommand(
  action: Action,
  stack: string,
  projects: readonly Program[],
  project: string,
  manner: Manner,
): string {
  const left = projects.slice(projects.findIndex((candidate) => candidate.project === project));
  const only = left.map((program) => program.project).join(",");
  const options = Object.entries(manner).flatMap(([name, value]: [string, Manner[keyof Manner]]) => {
    if (value === undefined || value === false) return [];
    const values =
      typeof value === "object" ? Object.entries(value).map(([key, id]) => `${key}=${id}`) : [value];
    return values.length === 0 ? [] : [optionOf(name), ...values.filter((each) => each !== true)];
  });
  return shellLine("npm", "run", action, "--", "--stack", stack, "--only", only, ...options);
}

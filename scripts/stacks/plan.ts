import { GroundworkError } from "../../infra/error";
import { type Program, programs } from "../../programs/programs";

/** What a person asks of the stacks; each is an npm script. */
export const actions = ["preview", "deploy", "destroy", "refresh", "outputs"] as const;
export type Action = (typeof actions)[number];

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

export interface Confirmation {
  /** Goes to the CLI; without it the CLI shows its plan and asks, or, where there is no terminal, refuses. */
  readonly yes: boolean;
  /** Of refresh: only say what would change. */
  readonly previewOnly: boolean;
}

/** The CLI's arguments for an action. */
export function cliArguments(action: Action, stack: string, { yes, previewOnly }: Confirmation): string[] {
  const confirm = previewOnly ? ["--preview-only"] : yes ? ["--yes"] : [];
  switch (action) {
    case "preview":
      return ["preview", "--stack", stack];
    case "deploy":
      return ["up", "--stack", stack, ...confirm];
    case "destroy":
      return ["destroy", "--stack", stack, ...confirm];
    case "refresh":
      return ["refresh", "--stack", stack, ...confirm];
    case "outputs":
      return ["stack", "output", "--stack", stack];
  }
}

/** Whether the CLI asks before it changes something. It does that on a terminal; elsewhere it refuses. */
export function asksBefore(action: Action, { yes, previewOnly }: Confirmation): boolean {
  return action !== "preview" && action !== "outputs" && !yes && !previewOnly;
}

/** The command that goes on after `project` failed: with the projects that are left. */
export function resumeCommand(
  action: Action,
  stack: string,
  projects: readonly Program[],
  project: string,
): string {
  const left = projects.slice(projects.findIndex((candidate) => candidate.project === project));
  return `npm run ${action} -- --stack ${stack} --only ${left.map((program) => program.project).join(",")}`;
}

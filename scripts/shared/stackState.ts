import { programs, root } from "../../programs/programs";
import { explain } from "./explain";
import { runPulumi } from "./pulumi";

/** A resource as the backend keeps it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** False of components, which stand for nothing themselves. */
  readonly custom: boolean;
  readonly protect?: boolean;
  /** Whether Pulumi forgets it at a destroy, and leaves it on AWS. */
  readonly retainOnDelete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A step that a run began and didn't see the end of. */
export interface PendingOperation {
  readonly type: string;
  readonly resource: StateResource;
}

/** What the backend says of a stack. Only what it says isn't there is absent. */
export type StackState =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly reason: string }
  | {
      readonly kind: "there";
      readonly resources: readonly StateResource[];
      readonly pending: readonly PendingOperation[];
      readonly outputs: Readonly<Record<string, unknown>>;
    };

interface Deployment {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly PendingOperation[];
}

/** The CLI's exit code for a stack that the backend doesn't know (pulumi 3.245: cmd/pulumi/cmd/exit_codes.go). */
const stackNotFound = 6;

/**
 * Asks the backend for a stack of a project.
 *
 * @param stack its name, alone, behind its organization, or in full
 */
export async function readStackState(
  project: string,
  stack: string,
  stop?: AbortSignal,
): Promise<StackState> {
  const cwd = programs.find((program) => program.project === project)?.dir ?? root;
  const args = ["stack", "export", "--non-interactive", "--stack", stack];
  const { code, output, stdout } = await runPulumi(args, { cwd, ...(stop && { stop }) });
  if (code === stackNotFound && output.includes("no stack named")) return { kind: "absent" };
  if (code !== 0) {
    return { kind: "unreadable", reason: explain(output, { project, stack }) ?? output.trim() };
  }
  const { deployment } = JSON.parse(stdout) as { deployment?: Deployment | null };
  const resources = deployment?.resources ?? [];
  return {
    kind: "there",
    resources,
    pending: deployment?.pending_operations ?? [],
    outputs: resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {},
  };
}

/** Whether it stands for something in the cloud: no component, no provider, no reference to another stack. */
export function isInCloud({ type, custom }: Pick<StateResource, "type" | "custom">): boolean {
  return custom && !type.startsWith("pulumi:");
}

/** `rds.Instance demo-db` */
export function nameOf({ urn, type }: Pick<StateResource, "urn" | "type">): string {
  const [, module = "", kind = ""] = /^aws:([^/]+)\/[^:]+:(.+)$/.exec(type) ?? ["", type, ""];
  return `${module}${kind === "" ? "" : `.${kind}`} ${urn.split("::").at(-1)}`;
}

import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { type PulumiResult, runPulumi } from "../shared/pulumi";
import { type PendingOperation, type StateResource, nameOf } from "../shared/stackState";

interface Exported {
  readonly deployment?: {
    resources?: (StateResource & { readonly id?: string })[];
    pending_operations?: PendingOperation[];
  } | null;
}

interface Settling {
  readonly stack: string;
  /** The project's folder. */
  readonly home: string;
  readonly stop: AbortSignal;
  /** What AWS has of each resource whose making was cut off, by its name: its ID, or `none`. */
  readonly pending: Readonly<Record<string, string>>;
}

/**
 * Writes into a stack's state what became of the resources whose making was cut off: one that AWS has is there, by its
 * ID, for the refresh that follows to read; the others were never made. By `pulumi stack import`: with pulumi 3.245's own
 * `refresh --import-pending-creates` such a resource is dropped from the state, and made once more.
 *
 * @param dir for a file that lives as long as this; nothing is written where nothing is pending
 * @returns what the CLI said; its code is that of the step that failed
 */
export async function settlePending(
  { stack, home, stop, pending }: Settling,
  dir: string,
): Promise<PulumiResult> {
  const run = (args: readonly string[]) =>
    runPulumi(["stack", ...args, "--non-interactive", "--stack", stack], { cwd: home, stop });
  const exported = await run(["export"]);
  if (exported.code !== 0) return exported;
  const state = JSON.parse(exported.stdout) as Exported;
  const { resources = [], pending_operations: operations = [] } = state.deployment ?? {};
  const creating = operations.filter(({ type }) => type === "creating");
  if (!state.deployment || creating.length === 0) return exported;
  for (const { resource } of creating) {
    const id = pending[nameOf(resource)] ?? "none";
    if (id !== "none")
      resources.push({ ...resource, id, outputs: resource.outputs ?? resource.inputs ?? {} });
  }
  state.deployment.resources = resources;
  state.deployment.pending_operations = operations.filter(({ type }) => type !== "creating");
  const file = path.join(dir, "state.json");
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  return run(["import", "--file", file]);
}

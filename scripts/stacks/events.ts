import { existsSync, readFileSync } from "node:fs";
import { isInCloud, nameOf } from "../shared/stackState";

/** What the engine did to a resource in the cloud, or would do. */
export interface Change {
  readonly operation: Operation;
  /** `rds.Instance demo-db` */
  readonly resource: string;
  /** Of an update: what differs at the top. */
  readonly properties: readonly string[];
}

const participles = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  import: "imported",
} as const;
type Operation = keyof typeof participles;

export interface EngineEvents {
  readonly changes: readonly Change[];
  /** What the engine, a provider or the program said was wrong. */
  readonly errors: string;
  readonly isPreview: boolean;
}

interface Side {
  readonly custom?: boolean;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A line of the engine's log (pulumi 3.245: sdk/go/common/apitype/events.go), as far as it is read here. */
interface EngineEvent {
  readonly resOutputsEvent?: {
    readonly metadata: {
      readonly op: string;
      readonly urn: string;
      readonly type: string;
      readonly old: Side | null;
      readonly new: Side | null;
    };
  };
  readonly diagnosticEvent?: { readonly severity: string; readonly message: string };
  readonly summaryEvent?: { readonly isPreview?: boolean };
}

/** Reads what `--event-log` has of the last plan or run: nothing where the CLI failed before it began. */
export function readEvents(file: string): EngineEvents {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const events = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as EngineEvent);
  const changes = events.flatMap(({ resOutputsEvent }) => changeOf(resOutputsEvent) ?? []);
  return {
    // A step may be told of twice: when it is done, and when its outputs are known.
    changes: [
      ...new Map(changes.map((change) => [`${change.operation} ${change.resource}`, change])).values(),
    ],
    errors: events
      .flatMap(({ diagnosticEvent: said }) => (said?.severity === "error" ? [said.message] : []))
      .join("\n"),
    isPreview: events.some(({ summaryEvent }) => summaryEvent?.isPreview === true),
  };
}

function changeOf(event: EngineEvent["resOutputsEvent"]): Change | undefined {
  if (!event) return undefined;
  const { op, urn, type, old, new: now } = event.metadata;
  if (!(op in participles) || !isInCloud({ type, custom: (now ?? old)?.custom ?? false })) return undefined;
  const operation = op as Operation;
  const properties = operation === "update" ? differing(old?.outputs, now?.outputs) : [];
  return { operation, resource: nameOf({ urn, type }), properties };
}

/** What begins with `__` is the provider's own. */
function differing(before: Side["outputs"] = {}, after: Side["outputs"] = {}): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter(
    (key) => !key.startsWith("__") && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
}

/** `3 created, 1 updated`; of a plan `3 to create, 1 to update`; "no change" where there is none. */
export function countChanges({ changes, isPreview }: Omit<EngineEvents, "errors">): string {
  const counts = Object.entries(participles).flatMap(([operation, participle]) => {
    const count = changes.filter((change) => change.operation === operation).length;
    return count === 0 ? [] : [`${count} ${isPreview ? `to ${operation}` : participle}`];
  });
  return counts.join(", ") || "no change";
}

import { createHash, randomBytes } from "node:crypto";

/**
 * Lambda tells a function's invocations of itself by the `Lineage` part of the X-Amzn-Trace-Id header, which SDK
 * clients pass on from _X_AMZN_TRACE_ID. Its content is Lambda's own affair; here it is `hash:count`, separated
 * by commas, with one entry for every function that the chain of requests went through.
 */
export interface Trace {
  /** The header for the invocation. */
  readonly header: string;
  /** How often the chain has invoked this function, this time included. */
  readonly count: number;
}

/** The trace of an invocation of the function `arn`, by a request that came with the header `incoming` or none. */
export function traceOf(arn: string, incoming: string | undefined): Trace {
  const parts = new Map((incoming ?? "").split(";").map((part) => splitAt(part.trim(), "=")));
  const lineage = new Map((parts.get("Lineage") ?? "").split(",").map((entry) => splitAt(entry, ":")));
  lineage.delete("");
  const id = createHash("sha256").update(arn).digest("hex").slice(0, 8);
  const count = Number(lineage.get(id) ?? 0) + 1;
  lineage.set(id, String(count));
  const time = Math.floor(Date.now() / 1000).toString(16);
  const header = [
    `Root=${parts.get("Root") ?? `1-${time}-${randomBytes(12).toString("hex")}`}`,
    `Parent=${randomBytes(8).toString("hex")}`,
    "Sampled=0",
    `Lineage=${[...lineage].map((entry) => entry.join(":")).join(",")}`,
  ].join(";");
  return { header, count };
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

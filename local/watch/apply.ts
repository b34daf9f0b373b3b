import { isDeepStrictEqual } from "node:util";
import type { ResourceRequest } from "../../programs/attributes/table";
import { behave, isLive } from "../behaviours";
import type { EnvironmentOptions } from "../environment";
import type { Services } from "../services";
import { type PlannedResource, keyOf } from "./plan";

/** By resource: what an environment that is up was made of, and the outputs that it gave it. */
export type Made = Map<
  string,
  { readonly resource: ResourceRequest; readonly behaved: Readonly<Record<string, unknown>> }
>;

/** What writes down each resource of an environment that comes up. */
export function recordIn(made: Made): NonNullable<EnvironmentOptions["onMade"]> {
  return (resource, _, behaved) => void made.set(keyOf(resource), { resource, behaved });
}

/**
 * Makes an environment that is up what the programs ask for now: carries out what differs from what it was made of, in
 * order, and says so in `made` piece by piece. The first that fails ends it; the next time goes on there.
 *
 * @param deployed gets the name of each that was made, changed or removed
 * @returns those that can't be while it is up
 */
export async function apply(
  planned: readonly PlannedResource[],
  made: Made,
  services: Services,
  deployed: string[],
): Promise<string[]> {
  const fixed: string[] = [];
  for (const { resource, attributes } of planned) {
    const key = keyOf(resource);
    const before = made.get(key);
    if (before && isDeepStrictEqual(before.resource.inputs, resource.inputs)) continue;
    if (!isLive(resource.type, before ? "changed" : "new")) {
      fixed.push(shortName(resource));
      continue;
    }
    made.set(key, { resource, behaved: await behave(resource, attributes, services) });
    deployed.push(shortName(resource));
  }
  const wanted = new Set(planned.map(({ resource }) => keyOf(resource)));
  for (const [key, { resource }] of made) {
    if (wanted.has(key)) continue;
    if (isLive(resource.type, "removed")) {
      made.delete(key);
      deployed.push(`${shortName(resource)} (removed)`);
    } else fixed.push(`${shortName(resource)} (removed)`);
  }
  return fixed;
}

/** `Function ingest` of `aws:lambda/function:Function`. */
const shortName = ({ type, name }: ResourceRequest): string => `${type.split(":").at(-1)} ${name}`;

import type { Resource } from "./engine";

/**
 * What an `up` did to AWS, a line a resource: `update rds.Instance demo-db (instanceClass)`. Read from what the backend
 * held before and holds after, so that it doesn't hang on how the CLI words it.
 */
export function changesBetween(before: readonly Resource[], after: readonly Resource[]): string[] {
  const [olds, news] = [byUrn(before), byUrn(after)];
  const removed = [...olds.values()].filter(({ urn }) => !news.has(urn));
  return [
    ...removed.map((resource) => `delete ${nameOf(resource)}`),
    ...[...news.values()].flatMap((resource) => changeOf(olds.get(resource.urn), resource)),
  ].sort();
}

/** Those that stand for something on AWS: no component, no provider, no reference to another stack. */
export function cloudResources(resources: readonly Resource[]): Resource[] {
  return resources.filter(({ type, custom }) => custom && type.startsWith("aws:"));
}

/** `rds.Instance demo-db` */
export function nameOf({ urn, type }: Resource): string {
  const [, module = "", kind = ""] = /^aws:([^/]+)\/[^:]+:(.+)$/.exec(type) ?? [];
  return `${module}.${kind} ${urn.split("::").at(-1)}`;
}

function byUrn(resources: readonly Resource[]): Map<string, Resource> {
  return new Map(cloudResources(resources).map((resource) => [resource.urn, resource]));
}

function changeOf(old: Resource | undefined, resource: Resource): string[] {
  if (!old) return [`create ${nameOf(resource)}`];
  const changed = changedInputs(old, resource);
  const replaced = old.outputs?.__made !== resource.outputs?.__made;
  if (!replaced && changed.length === 0) return [];
  return [`${replaced ? "replace" : "update"} ${nameOf(resource)} (${changed.join(", ")})`];
}

function changedInputs({ inputs: before = {} }: Resource, { inputs: after = {} }: Resource): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).sort();
}

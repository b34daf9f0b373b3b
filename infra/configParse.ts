import * as z from "zod";

/** A project's config: its values, or everything that is wrong with it, a sentence a key. */
type ParsedConfig<S extends z.ZodRawShape> =
  | { readonly data: z.output<z.ZodObject<S>>; readonly problems?: undefined }
  | { readonly problems: string[] };

/**
 * Reads one project's config, all of it at once.
 *
 * @param shape one zod schema a key
 * @param raw the texts by key, without the namespace. A value that isn't a string (a number, a list) is written as
 *   JSON, which is also how the Pulumi CLI hands on structured config.
 */
export function parseConfig<S extends z.ZodRawShape>(
  project: string,
  shape: S,
  raw: Readonly<Record<string, string>>,
): ParsedConfig<S> {
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(raw)) {
    const schema = shape[key];
    values[key] = schema && !z.safeParse(schema, text).success ? parseJson(text) : text;
  }
  const result = z.strictObject(shape).safeParse(values);
  if (result.success) return { data: result.data };
  return {
    problems: result.error.issues.flatMap((issue) => describe(project, issue, shape, raw)),
  };
}

/** The keys of one namespace, without it. */
export function namespaceOf(
  namespace: string,
  config: Readonly<Record<string, string>>,
): Record<string, string> {
  const prefix = `${namespace}:`;
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => [key.slice(prefix.length), text]),
  );
}

/** Text that is not JSON stays text: the schema then says what it expected. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function describe(
  project: string,
  issue: z.core.$ZodIssue,
  shape: z.ZodRawShape,
  raw: Readonly<Record<string, string>>,
): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map(
      (key) => `${project}:${key} is not known; the keys are ${Object.keys(shape).join(", ")}`,
    );
  }
  const key = String(issue.path[0]);
  if (raw[key] === undefined) {
    const example = shape[key] && z.globalRegistry.get(shape[key])?.example;
    return [`${project}:${key} is missing: add it, for instance ${project}:${key}: ${String(example)}`];
  }
  const path = issue.path.slice(1).map((part) => `[${String(part)}]`);
  return [`${project}:${key}${path.join("")}: ${issue.message} (it is ${raw[key]})`];
}

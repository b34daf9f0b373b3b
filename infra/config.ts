import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { GroundworkError } from "./error";

/**
 * Reads this project's config, all of it at once.
 *
 * @param shape one zod schema a key. A value that isn't a string (a number, a list) is written as JSON, which
 *   is also how the Pulumi CLI hands on structured config.
 * @throws GroundworkError with every missing, malformed and unknown key of the project's namespace.
 */
export function readConfig<S extends z.ZodRawShape>(shape: S): z.output<z.ZodObject<S>> {
  const project = pulumi.getProject();
  const raw = rawConfig(project);
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(raw)) {
    const schema = shape[key];
    values[key] = schema && !z.safeParse(schema, text).success ? parseJson(text) : text;
  }
  const result = z.strictObject(shape).safeParse(values);
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) =>
      describe(project, issue, Object.keys(shape), raw),
    );
    throw GroundworkError.all(`The config of ${project} in Pulumi.${pulumi.getStack()}.yaml`, problems);
  }
  return result.data;
}

/** The region that this stack deploys to. */
export function requireRegion(): string {
  const region = new pulumi.Config("aws").get("region") ?? process.env.AWS_REGION;
  if (region === undefined || region === "") {
    throw new GroundworkError(
      `aws:region is missing: add it to Pulumi.${pulumi.getStack()}.yaml, for instance aws:region: us-east-1`,
    );
  }
  return region;
}

function rawConfig(project: string): Record<string, string> {
  const prefix = `${project}:`;
  const entries = Object.entries(pulumi.runtime.allConfig());
  return Object.fromEntries(
    entries.filter(([key]) => key.startsWith(prefix)).map(([key, text]) => [key.slice(prefix.length), text]),
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
  known: readonly string[],
  raw: Record<string, string>,
): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${project}:${key} is not known; the keys are ${known.join(", ")}`);
  }
  const key = String(issue.path[0]);
  const path = issue.path.slice(1).map((part) => `[${String(part)}]`);
  return [
    raw[key] === undefined
      ? `${project}:${key} is missing`
      : `${project}:${key}${path.join("")}: ${issue.message} (it is ${raw[key]})`,
  ];
}

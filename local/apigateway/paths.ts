import type { ApiDocument } from "./document";

interface PathMatch {
  /** As the document has it: `/records/{id}`. */
  readonly template: string;
  /** What stands for its parameters, as it was sent: percent signs and all. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The path of a document that a request's is one of. Where several fit, the one whose first segment that differs is fixed
 * goes before one with a parameter, and `{proxy+}`, which takes any number of segments, comes last.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-create-api-as-simple-proxy-for-http.html
 */
export function findPath(paths: ApiDocument["paths"], path: string): PathMatch | undefined {
  const segments = path.split("/");
  const fitting = Object.keys(paths).flatMap((template) => {
    const parameters = parametersOf(template.split("/"), segments);
    return parameters ? [{ template, parameters }] : [];
  });
  return fitting.sort((a, b) => (rankOf(a.template) < rankOf(b.template) ? -1 : 1))[0];
}

function parametersOf(
  template: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(part) ?? [];
    const found = greedy ? segments.slice(index).join("/") : segments[index];
    if (name === undefined ? found !== part : !found) return undefined;
    if (name !== undefined) parameters[name] = found!;
    if (greedy) return parameters;
  }
  return template.length === segments.length ? parameters : undefined;
}

/** Segment by segment 0 for a fixed one, 1 for a parameter, 2 for all that comes. */
const rankOf = (template: string): string =>
  template
    .split("/")
    .map((part) => (part.endsWith("+}") ? 2 : part.startsWith("{") ? 1 : 0))
    .join("");

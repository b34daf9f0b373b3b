interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What is asked of IAM: an action on a resource, with the context that its conditions look at. */
interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Whether a role may, by IAM's evaluation logic within one account: an explicit denial wins, and both the role's
 * policies and its boundary, where it has one, have to allow.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 *
 * @param policies of the role, as JSON
 * @throws Error for a condition that isn't known here
 */
export function mayDo(request: Request, policies: readonly string[], boundary?: string): boolean {
  const [own, bounds] = [policies, boundary === undefined ? [] : [boundary]].map((documents) =>
    documents
      .flatMap((document) => (JSON.parse(document) as { Statement: Statement[] }).Statement)
      .filter((statement) => applies(statement, request)),
  );
  const all = [...(own ?? []), ...(bounds ?? [])];
  const allows = (statements: readonly Statement[] = []): boolean =>
    statements.some(({ Effect }) => Effect === "Allow");
  return (
    !all.some(({ Effect }) => Effect === "Deny") && allows(own) && (boundary === undefined || allows(bounds))
  );
}

function applies({ Action, NotAction, Resource = [], Condition = {} }: Statement, request: Request): boolean {
  const { action, resource, context = {} } = request;
  const isMeant =
    Action !== undefined ? matches(Action, action, true) : !matches(NotAction ?? [], action, true);
  return isMeant && matches(Resource, resource) && holds(Condition, context);
}

function holds(
  condition: NonNullable<Statement["Condition"]>,
  context: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(condition).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, values]) => {
      const value = context[key];
      switch (operator) {
        case "StringEquals":
          return value !== undefined && [values].flat().includes(value);
        // A key that is missing equals nothing.
        case "StringNotEquals":
          return value === undefined || ![values].flat().includes(value);
        default:
          throw new Error(`The condition ${operator} isn't known here`);
      }
    }),
  );
}

function matches(patterns: string | readonly string[], text: string, ignoreCase = false): boolean {
  return [patterns].flat().some((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".");
    return new RegExp(`^${source}$`, ignoreCase ? "i" : "").test(text);
  });
}

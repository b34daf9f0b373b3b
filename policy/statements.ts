interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: string | readonly string[];
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Conditions;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The statements of a policy document; undefined where it is none. */
export function statementsOf(document: unknown): Statement[] | undefined {
  try {
    const { Statement: found } = JSON.parse(String(document)) as { Statement?: Statement | Statement[] };
    return found && [found].flat();
  } catch {
    return undefined;
  }
}

/** What an identity's policy document allows too much, and how to mend it; undefined where nothing is. */
export function broadPolicy(document: unknown): string | undefined {
  const allowed = allowedBy(document);
  if (allowed === undefined) return "is no policy document: make it with policy() of infra/iam.ts";
  for (const statement of allowed) {
    if (statement.NotAction !== undefined) return "allows all but some actions: name those that are called";
    if (statement.NotResource !== undefined) return "allows all but some resources: name those that it needs";
    const actions = list(statement.Action);
    const broad = actions.filter((action) => /[*?]/.test(action));
    if (broad.length > 0) return `allows ${broad.join(", ")}: name the actions that the program calls`;
    const nameable = actions.filter((action) => !takesNoName(action, statement.Condition));
    const nameless = list(statement.Resource).filter(namesNothing);
    if (nameable.length > 0 && nameless.length > 0) {
      return `allows ${nameable.join(", ")} on ${nameless.join(", ")}: name the resources that it needs`;
    }
  }
  return undefined;
}

/** Who a resource's policy, or a role's trust policy, lets in too widely; undefined where nobody. */
export function broadGrant(document: unknown): string | undefined {
  const allowed = allowedBy(document);
  if (allowed === undefined) return "is no policy document: write it as JSON";
  for (const { Principal, NotPrincipal, Condition } of allowed) {
    if (NotPrincipal !== undefined) return "lets all but some in: name the accounts or services that may";
    if (JSON.stringify(Principal ?? "*").includes('"*"') && !narrows(Condition, saysWho)) {
      return "lets everyone in: name the accounts or services that may";
    }
    const { Federated, Service } = (Principal ?? {}) as { Federated?: string; Service?: string | string[] };
    if (Federated !== undefined && !narrows(Condition, /:sub$/, /[*?]/)) {
      return "lets in whomever the provider signs for: name one subject, without a *";
    }
    const unheld = list(Service).filter((service) => tellAccount.includes(service));
    if (unheld.length > 0 && !narrows(Condition, /^aws:SourceAccount$/i)) {
      return `lets ${unheld.join(", ")} act for any account: name ours as aws:SourceAccount`;
    }
  }
  return undefined;
}

/** Whether a document allows exactly these actions, in whatever order. */
export function allowsExactly(document: unknown, actions: readonly string[]): boolean {
  return [...allowedActions(document)].sort().join() === [...actions].sort().join();
}

/** The actions that a document allows on something; none where it is no policy document. */
export function allowedActions(document: unknown): string[] {
  return allowedBy(document)?.flatMap(({ Action }) => list(Action)) ?? [];
}

/** The services that tell for whom they take on a role, as AWS documents it in the guide of each. */
export const tellAccount: readonly string[] = [
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  "scheduler.amazonaws.com",
  // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
  "vpc-flow-logs.amazonaws.com",
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/cross-service-confused-deputy-prevention.html
  "monitoring.rds.amazonaws.com",
];

/** Conditions that say who calls, of which one is enough. */
const saysWho =
  /^(aws:(SourceAccount|SourceArn|SourceOrgID|PrincipalAccount|PrincipalArn|PrincipalOrgID|SourceVpce?)|sts:ExternalId)$/i;

/** Whether a condition has to hold, and holds for named values of such a key alone. */
function narrows(conditions: Conditions | undefined, key: RegExp, anybody = /^[*?]+$/): boolean {
  return Object.entries(conditions ?? {}).some(
    ([operator, wanted]) =>
      // Not with IfExists or ForAllValues, which hold as well where the key is missing.
      /^(String|Arn)(Equals|EqualsIgnoreCase|Like)$/.test(operator) &&
      Object.entries(wanted).some(
        ([name, values]) => key.test(name) && [values].flat().every((value) => !anybody.test(String(value))),
      ),
  );
}

function allowedBy(document: unknown): Statement[] | undefined {
  return statementsOf(document)?.filter(({ Effect }) => Effect === "Allow");
}

const list = (texts: string | readonly string[] = []): readonly string[] =>
  typeof texts === "string" ? [texts] : texts;

/** Whether of a kind of resource no one is meant: `*`, `arn:aws:s3:::*`, `arn:aws:lambda:us-east-1:1:function:*`. */
function namesNothing(resource: string): boolean {
  const [, , service = "", , , ...rest] = resource.split(":");
  const path = rest.join(":");
  if (path === "" || /[*?]/.test(service)) return /[*?]/.test(resource);
  // Of an object the bucket has to be named; of most others what follows their kind, as in role/x and secret:x.
  const name = service === "s3" ? path.split("/")[0] : path.replace(/^[\w-]+[:/]\/?/, "");
  return /^[*?]/.test(name ?? "") || (service === "s3" && /[*?]/.test(name ?? ""));
}

/**
 * Actions that AWS checks on no resource, or on network interfaces that have no name before they exist; where there is
 * a condition that narrows them nevertheless, with that condition.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
function takesNoName(action: string, conditions: Conditions | undefined): boolean {
  const keys = Object.values(conditions ?? {}).flatMap((wanted) => Object.keys(wanted));
  if (/^ec2:(Create|Delete)Tags$/.test(action)) return keys.includes("aws:TagKeys");
  if (action === "cloudwatch:PutMetricData") return keys.includes("cloudwatch:namespace");
  return /^(ec2:Describe\w+|ec2:(Create|Delete)NetworkInterface|ec2:(Una|A)ssignPrivateIpAddresses|ssm:UpdateInstanceInformation|ssmmessages:\w+|xray:Put\w+|logs:DescribeLogGroups|sts:GetCallerIdentity|iam:ListRoles)$/.test(
    action,
  );
}

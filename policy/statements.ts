interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: string | readonly string[];
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: unknown;
}

/** What an identity's policy document allows too much, and how to mend it; undefined where nothing is. */
export function broadPolicy(document: unknown): string | undefined {
  const allowed = allowedBy(document);
  if (allowed === undefined) return "is no policy document: make it with policy() of infra/iam.ts";
  for (const statement of allowed) {
    if (statement.NotAction !== undefined) return "allows all but some actions: name those that are called";
    if (statement.NotResource !== undefined) return "allows all but some resources: name those that it needs";
    const actions = list(statement.Action);
    const broad = actions.filter((action) => /^(\*|[a-z0-9-]+:\*)$/i.test(action));
    if (broad.length > 0) return `allows ${broad.join(", ")}: name the actions that the program calls`;
    if (!list(statement.Resource).includes("*") || isApiGatewayLogging(actions)) continue;
    const nameable = actions.filter((action) => !takesNoResource.test(action));
    if (nameable.length > 0)
      return `allows ${nameable.join(", ")} on every resource: name those that it needs`;
  }
  return undefined;
}

/** Who a resource's policy, or a role's trust policy, lets in too widely; undefined where nobody. */
export function broadGrant(document: unknown): string | undefined {
  const allowed = allowedBy(document);
  if (allowed === undefined) return "is no policy document: write it as JSON";
  for (const { Principal, NotPrincipal, Condition } of allowed) {
    if (NotPrincipal !== undefined) return "lets all but some in: name the accounts or services that may";
    if (Condition === undefined && JSON.stringify(Principal ?? "").includes('"*"')) {
      return "lets everyone in: name the accounts or services that may";
    }
  }
  return undefined;
}

function allowedBy(document: unknown): Statement[] | undefined {
  try {
    const { Statement: found } = JSON.parse(String(document)) as { Statement?: Statement | Statement[] };
    return found && [found].flat().filter(({ Effect }) => Effect === "Allow");
  } catch {
    return undefined;
  }
}

const list = (texts: string | readonly string[] = []): readonly string[] =>
  typeof texts === "string" ? [texts] : texts;

/**
 * Actions that AWS checks on no resource, or on network interfaces that have no name before they exist.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const takesNoResource =
  /^(ec2:Describe\w+|ec2:(Create|Delete)NetworkInterface|ec2:(Una|A)ssignPrivateIpAddresses|ssm:UpdateInstanceInformation|ssmmessages:\w+|cloudwatch:PutMetricData|xray:Put\w+|sts:GetCallerIdentity)$/;

/** API Gateway refuses a role for its logs that may not do all of AmazonAPIGatewayPushToCloudWatchLogs. */
function isApiGatewayLogging(actions: readonly string[]): boolean {
  const all = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
  ];
  return [...actions].sort().join() === all.join();
}

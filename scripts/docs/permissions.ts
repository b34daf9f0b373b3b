import { attributesOf } from "../../programs/attributes";
import { type PlannedResource, dryRun } from "../../programs/dryRun";
import { githubProgram } from "../../programs/programs";
import { formatted } from "./page";

const page = (reach: string, table: string): string => `# Permissions

\`npm run docs\` makes this page of an environment of every choice that gives a role more (a NAT instance, Session Manager,
Glue) and of the project \`github\`, and a test compares it: whoever opens something shows it here.

## Who reaches what in the network

All that security groups let in. The database's is \`demo-db-sg\`: only who stands in its lines reaches PostgreSQL, and then signs in
with a password of [a role of its own](security.md); a person does so through the bastion ([database.md](database.md)).

${reach}

## Who may do what

All that [infra/](../infra/iam.ts) allows by name. What the rules of policy/ refuse is in [security.md](security.md).

<!-- prettier-ignore-start -->
${table}
<!-- prettier-ignore-end -->
`;

/** The page docs/permissions.md, as the programs make it now. */
export async function permissionsDocument(): Promise<string> {
  const all = { "networking:nat": "instance", "database:bastion": "ssm", "ingest:glue": "true" };
  // Another environment's roles differ in its name alone.
  const github = { "github:repository": "owner/name", "github:environments": '["dev"]' };
  const made = [
    ...(await dryRun("dev", { config: all })),
    ...(await dryRun("dev", { config: github, projects: [githubProgram] })),
  ];
  return formatted(
    "permissions.md",
    page(reachTable([...made, ...(await dryRun("dev"))]), permissionsTable(made)),
  );
}

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

const statementsOf = (document: unknown): readonly Statement[] =>
  (JSON.parse(String(document)) as { Statement: readonly Statement[] }).Statement;

const cell = (values: unknown): string =>
  (Array.isArray(values) ? values : [values]).map((value) => `\`${String(value)}\``).join(" ");

/** What a statement allows or, whatever others allow, forbids. */
const doing = ({ Effect, Action, NotAction }: Statement): string =>
  `${Effect === "Deny" ? "**never** " : ""}${NotAction === undefined ? cell(Action) : `all but ${cell(NotAction)}`}`;

const json = (value: unknown): string => (value === undefined ? "" : `\`${JSON.stringify(value)}\``);

/** Which security group lets in whom, at which port. */
function reachTable(made: readonly PlannedResource[]): string {
  const groups = new Map(
    made
      .filter(({ type }) => type === "aws:ec2/securityGroup:SecurityGroup")
      .map((group) => [attributesOf(group).id as unknown, group.name]),
  );
  const lines = made.flatMap(({ type, inputs }) => {
    if (type !== "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") return [];
    const { securityGroupId, referencedSecurityGroupId, cidrIpv4, ipProtocol, fromPort } = inputs;
    const from = groups.get(referencedSecurityGroupId) ?? cidrIpv4;
    // Protocol -1 is every one, and takes no port.
    const at =
      fromPort === undefined
        ? "all"
        : `${String(ipProtocol)} ${fromPort === 0 ? "all" : JSON.stringify(fromPort)}`;
    return `| ${groups.get(securityGroupId)} | ${String(from)} | ${at} |`;
  });
  return ["| into | from | at |", "| --- | --- | --- |", ...[...new Set(lines)].sort()].join("\n");
}

/** What each role may do and who takes it on, and who may call each function; roles that may the same in one line. */
function permissionsTable(made: readonly PlannedResource[]): string {
  const names = new Map<string, string[]>();
  for (const resource of made) {
    for (const cells of rowsOf(resource)) {
      const line = cells.join(" | ");
      names.set(line, [...(names.get(line) ?? []), resource.name]);
    }
  }
  const lines = [...names].map(([line, own]) => `| ${own.sort().join(", ")} | ${line} |`);
  return ["| name | who | may | on | where |", "| --- | --- | --- | --- | --- |", ...lines.sort()].join("\n");
}
/** What a resource allows: who may do what on what, and on what condition. */
function rowsOf({ type, inputs }: PlannedResource): readonly (readonly string[])[] {
  switch (type) {
    case "aws:iam/role:Role":
      return statementsOf(inputs.assumeRolePolicy).map((statement) => [
        json(statement.Principal),
        doing(statement),
        "the role",
        json(statement.Condition),
      ]);
    case "aws:iam/rolePolicy:RolePolicy":
      return statementsOf(inputs.policy).map((statement) => [
        "the role",
        doing(statement),
        cell(statement.Resource),
        json(statement.Condition),
      ]);
    case "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
      return [["the role", cell(inputs.policyArn), "all that it names", ""]];
    case "aws:lambda/permission:Permission": {
      const { principal, action, sourceArn, sourceAccount } = inputs;
      return [[json(principal), json(action), cell(inputs.function), json({ sourceArn, sourceAccount })]];
    }
    default:
      return [];
  }
}

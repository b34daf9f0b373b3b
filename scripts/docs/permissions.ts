import * as path from "node:path";
import { format, resolveConfig } from "prettier";
import { type PlannedResource, dryRun } from "../../programs/dryRun";
import { root } from "../../programs/programs";

const page = (table: string): string => `# Permissions

Who may do what, in an environment of every choice that gives a role more (a NAT instance, Session Manager, Glue), and in the
project \`github\`: all that [infra/](../infra/iam.ts) allows by name. \`npm run docs\` makes this page, and a test compares
it: whoever widens a permission shows it here. What the rules of policy/ refuse is in [security.md](security.md).

${table}
`;

/** The page docs/permissions.md, as the programs make it now. */
export async function permissionsDocument(): Promise<string> {
  const all = { "networking:nat": "instance", "database:bastion": "ssm", "ingest:glue": "true" };
  const github = { project: "github", dir: path.join(root, "github"), reads: [] };
  const made = [
    ...(await dryRun("dev", { config: all })),
    ...(await dryRun("dev", { config: { "github:repository": "owner/name" }, projects: [github] })),
  ];
  const file = path.join(root, "docs/permissions.md");
  return format(page(permissionsTable(made)), { ...(await resolveConfig(file)), filepath: file });
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

const statementsOf = (document: unknown): readonly Statement[] =>
  (JSON.parse(String(document)) as { Statement: readonly Statement[] }).Statement;

const cell = (values: unknown): string =>
  (Array.isArray(values) ? values : [values]).map((value) => `\`${String(value)}\``).join(" ");

const json = (value: unknown): string => (value === undefined ? "" : `\`${JSON.stringify(value)}\``);

/** What each role may do and who takes it on, and who may call each function. */
function permissionsTable(made: readonly PlannedResource[]): string {
  const lines = made.flatMap(({ type, name, inputs }): string[] => {
    const row = (...cells: string[]): string => `| ${[name, ...cells].join(" | ")} |`;
    switch (type) {
      case "aws:iam/role:Role":
        return statementsOf(inputs.assumeRolePolicy).map(({ Principal, Action, Condition }) =>
          row(json(Principal), cell(Action), "the role", json(Condition)),
        );
      case "aws:iam/rolePolicy:RolePolicy":
        return statementsOf(inputs.policy).map(({ Action, Resource, Condition }) =>
          row("the role", cell(Action), cell(Resource), json(Condition)),
        );
      case "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
        return [row("the role", cell(inputs.policyArn), "all that it names", "")];
      case "aws:lambda/permission:Permission": {
        const { principal, action, sourceArn, sourceAccount } = inputs;
        return [
          row(json(principal), json(action), cell(inputs.function), json({ sourceArn, sourceAccount })),
        ];
      }
      default:
        return [];
    }
  });
  return ["| name | who | may | on | where |", "| --- | --- | --- | --- | --- |", ...lines.sort()].join("\n");
}

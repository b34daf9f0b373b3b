import { type PlannedResource, dryRun } from "../../programs/dryRun";
import { githubProgram } from "../../programs/programs";
import { formatted } from "./page";

const page = (table: string): string => `# Permissions

Who may do what, in an environment of every choice that gives a role more (a NAT instance, Session Manager, Glue), and in the
project \`github\`: all that [infra/](../infra/iam.ts) allows by name. \`npm run docs\` makes this page, and a test compares
it: whoever widens a permission shows it here. What the rules of policy/ refuse is in [security.md](security.md).

${table}
`;

/** The page docs/permissions.md, as the programs make it now. */
export async function permissionsDocument(): Promise<string> {
  const all = { "networking:nat": "instance", "database:bastion": "ssm", "ingest:glue": "true" };
  const made = [
    ...(await dryRun("dev", { config: all })),
    ...(await dryRun("dev", { config: { "github:repository": "owner/name" }, projects: [githubProgram] })),
  ];
  return formatted("permissions.md", page(permissionsTable(made)));
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

/** What each role may do and who takes it on, and who may call each function. */
function permissionsTable(made: readonly PlannedResource[]): string {
  const lines = made.flatMap(({ type, name, inputs }): string[] => {
    const row = (...cells: string[]): string => `| ${[name, ...cells].join(" | ")} |`;
    switch (type) {
      case "aws:iam/role:Role":
        return statementsOf(inputs.assumeRolePolicy).map((statement) =>
          row(json(statement.Principal), doing(statement), "the role", json(statement.Condition)),
        );
      case "aws:iam/rolePolicy:RolePolicy":
        return statementsOf(inputs.policy).map((statement) =>
          row("the role", doing(statement), cell(statement.Resource), json(statement.Condition)),
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

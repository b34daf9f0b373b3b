import type { Declared, Note, Rule } from "../../policy/rule";
import { isRule, judge, rows, rulesOf, withoutControl } from "../../policy/rules";
import { readStackConfig } from "../../programs/environments";
import { dryRun } from "../../programs/dryRun";
import { type Program, githubProgram, programs } from "../../programs/programs";
import { withMade } from "./page";

/** What the table is made of: choices by which every type of resource is made, and every exception needed. */
interface Variant {
  readonly stack: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly projects?: readonly Program[];
}

const topic = "arn:aws:sns:us-east-1:123456789012:operators";

/** Every choice that makes something more. */
const all = {
  "networking:nat": "instance",
  "database:bastion": "ssh",
  "database:bastionPublicKey":
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@laptop",
  "database:bastionSshCidrs": '["203.0.113.7/32"]',
  "database:eventTopicArn": topic,
  "auth:webAcl": "true",
  "ingest:glue": "true",
  "ingest:alarmTopicArn": topic,
};

/** Every choice that leaves out what production has to have. */
const least = {
  "networking:flowLogs": "false",
  "database:multiAz": "false",
  "database:monitoringInterval": "0",
  "database:backupRetentionDays": "1",
  "database:logExports": "[]",
};

/** Every choice by which data goes with its environment. */
const given = {
  "database:deletionProtection": "false",
  "database:finalSnapshot": "false",
  "auth:deletionProtection": "false",
  "ingest:deleteFilesOnDestroy": "true",
};

/** Of each that makes another type of resource, or needs another exception. */
export const variants: readonly Variant[] = [
  { stack: "prod", config: { ...all, ...given, "groundwork:retire": "true" } },
  { stack: "dev", config: least },
  {
    stack: "prod",
    config: { "github:repository": "owner/name" },
    projects: [githubProgram],
  },
];

/**
 * The text of docs/security.md with its table as the rules of policy/ make it now.
 *
 * @throws Error where an exception covers nothing any more
 */
export async function securityDocument(text: string): Promise<string> {
  const uses = new Map<Rule, Set<string>>(rows.filter(isRule).map((rule) => [rule, new Set()]));
  for (const variant of variants) {
    const made = await dryRun(variant.stack, variant);
    for (const { project } of variant.projects ?? programs) {
      const declared = made.filter((resource) => resource.project === project);
      for (const resource of declared) note(resource, declared, variant, uses);
    }
  }
  for (const [rule, reasons] of uses) {
    const stale = (rule.except ?? []).filter(({ reason }) => !reasons.has(reason));
    if (stale.length > 0) throw new Error(`No variant needs the exception: ${stale[0]?.reason}`);
  }
  return withMade("security.md", text, render(uses));
}

/** Which exceptions a resource takes. */
function note(
  resource: Declared,
  declared: readonly Declared[],
  { stack, config }: Variant,
  uses: ReadonlyMap<Rule, Set<string>>,
): void {
  const values = { ...readStackConfig(stack), ...config };
  const [production, retires] = ["production", "retire"].map(
    (key) => values[`groundwork:${key}`] === "true",
  ) as [boolean, boolean];
  const subject = { name: resource.name, stack, production, retires, declared };
  for (const rule of rulesOf(resource)) {
    const inputs = rule.reads.map((input) => resource.inputs[input]);
    const reason = judge(rule, inputs, subject)?.excuse?.reason;
    if (reason !== undefined) uses.get(rule)?.add(reason);
  }
}

function render(uses: ReadonlyMap<Rule, ReadonlySet<string>>): string {
  const lines = rows.map((row) => [row, ...verdictOf(row, uses)] as const);
  const statuses = ["met", "met but for exceptions", "not met", "by hand"];
  const counts = statuses.map((wanted) => {
    const controls = lines.filter(([, status]) => status === wanted).flatMap(([row]) => row.controls);
    return new Set(controls).size;
  });
  return [
    `| ${["controls that are", ...statuses].join(" | ")} |`,
    `| ${["---", ...statuses.map(() => "---")].join(" | ")} |`,
    `| | ${counts.join(" | ")} |`,
    "",
    "| control | asks that | status | why |",
    "| --- | --- | --- | --- |",
    ...lines.map(
      ([{ controls, asks }, status, why]) =>
        `| ${controls.join(", ") || "our own"} | ${asks} | ${status} | ${why} |`,
    ),
    "",
    `No control of the standard is about these types; [policy/](../policy/rules.ts) says of each why: ${Object.keys(
      withoutControl,
    )
      .map((type) => `\`${type.split(":").slice(1).join(":")}\``)
      .join(", ")}.`,
  ].join("\n");
}

function verdictOf(
  row: Rule | Note,
  uses: ReadonlyMap<Rule, ReadonlySet<string>>,
): readonly [status: string, why: string] {
  if (!isRule(row)) return [row.status, row.why];
  const reasons = [...(uses.get(row) ?? [])];
  return [reasons.length > 0 ? "met but for exceptions" : "met", reasons.join(" ")];
}

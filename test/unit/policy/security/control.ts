import { type Subject, label } from "./subjects";

export interface Control {
  /** As AWS Security Hub names it. */
  readonly id: string;
  readonly title: string;
  /** The resources that it is about, among all. */
  readonly about: (subjects: readonly Subject[]) => readonly Subject[];
  /** Those of them that fail it; `all` for what is decided by other resources beside. */
  readonly fails: (subject: Subject, all: readonly Subject[]) => boolean;
  /** Left unmet on purpose: which findings, and why. */
  readonly exceptions?: readonly { readonly findings: RegExp; readonly reason: string }[];
}

interface Verdict {
  readonly control: Control;
  readonly status: "met" | "met by exception" | "not met";
  readonly subjects: number;
  /** Findings that no exception covers. */
  readonly open: readonly string[];
  /** Exceptions that cover nothing. */
  readonly stale: readonly RegExp[];
}

export function judge(control: Control, all: readonly Subject[]): Verdict {
  const subjects = control.about(all);
  const findings = subjects.filter((subject) => control.fails(subject, all)).map(label);
  const exceptions = control.exceptions ?? [];
  const open = findings.filter(
    (finding) => !exceptions.some(({ findings: covered }) => covered.test(finding)),
  );
  const stale = exceptions
    .filter(({ findings: covered }) => !findings.some((finding) => covered.test(finding)))
    .map(({ findings: covered }) => covered);
  const status = open.length > 0 ? "not met" : findings.length > 0 ? "met by exception" : "met";
  return { control, status, subjects: subjects.length, open, stale };
}

/** The subjects of these types, by the last part of their name: `Bucket`, `Instance`. */
export const ofType =
  (...types: string[]) =>
  (subjects: readonly Subject[]): Subject[] =>
    subjects.filter(({ type }) => types.includes(type));

/** One that another resource of the same environment has to complete, such as a bucket its public access block. */
export function completedBy(
  subject: Subject,
  all: readonly Subject[],
  type: string,
  completes: (inputs: Subject["inputs"]) => boolean,
): boolean {
  return all.some(
    (other) =>
      other.type === type &&
      other.environment === subject.environment &&
      other.name === subject.name &&
      completes(other.inputs),
  );
}

/** The statements of an IAM policy's text. */
export function statementsOf(policy: unknown): { Effect: string; Action: string[]; Resource: string[] }[] {
  const document = JSON.parse(String(policy)) as {
    Statement: { Effect: string; Action: string | string[]; Resource?: string | string[] }[];
  };
  return document.Statement.map(({ Effect, Action, Resource = [] }) => ({
    Effect,
    Action: [Action].flat(),
    Resource: [Resource].flat(),
  }));
}

/** The table of docs/security.md. */
export function render(verdicts: readonly Verdict[]): string {
  const count = (status: Verdict["status"]): number =>
    verdicts.filter((verdict) => verdict.status === status).length;
  const rows = verdicts.map(({ control, status }) => {
    const reasons = (control.exceptions ?? []).map(({ reason }) => reason).join(" ");
    return `| ${control.id} | ${control.title} | ${status} | ${reasons} |`;
  });
  return [
    "| met | met by exception | not met |",
    "| --- | --- | --- |",
    `| ${count("met")} | ${count("met by exception")} | ${count("not met")} |`,
    "",
    "| control | asks that | status | why not everywhere |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

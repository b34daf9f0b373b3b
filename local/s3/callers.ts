import type { IncomingMessage } from "node:http";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** Which role may list which buckets. Who signs without a role's session is a person, who may all. */
export class Callers {
  /** The buckets by role and by policy of it. */
  private readonly listable = new Map<string, Map<string, readonly string[]>>();

  /**
   * @param policy of a role, whose processes have its name as the token of their session
   * @param name of the policy: one of the same name takes its place
   */
  allow(role: string, policy: string, name = policy): void {
    const { Statement: statements } = JSON.parse(policy) as { Statement: readonly Statement[] };
    const lists = statements.filter(
      ({ Effect, Action }) => Effect === "Allow" && [Action].flat().includes("s3:ListBucket"),
    );
    const known = this.listable.get(role) ?? new Map<string, readonly string[]>();
    known.set(
      name,
      lists.flatMap(({ Resource }) => Resource),
    );
    this.listable.set(role, known);
  }

  mayList({ headers }: IncomingMessage, bucket: string): boolean {
    const known = this.listable.get(String(headers["x-amz-security-token"]));
    return !known || [...known.values()].some((buckets) => buckets.includes(`arn:aws:s3:::${bucket}`));
  }
}

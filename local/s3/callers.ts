import type { IncomingMessage } from "node:http";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** Which role may list which buckets. Who signs without a role's session is a person, who may all. */
export class Callers {
  private readonly listable = new Map<string, Set<string>>();

  /** @param policy of a role, whose processes have its name as the token of their session */
  allow(role: string, policy: string): void {
    const { Statement: statements } = JSON.parse(policy) as { Statement: readonly Statement[] };
    const lists = statements.filter(
      ({ Effect, Action }) => Effect === "Allow" && [Action].flat().includes("s3:ListBucket"),
    );
    const known = this.listable.get(role) ?? new Set();
    this.listable.set(role, new Set([...known, ...lists.flatMap(({ Resource }) => Resource)]));
  }

  mayList({ headers }: IncomingMessage, bucket: string): boolean {
    return this.listable.get(String(headers["x-amz-security-token"]))?.has(`arn:aws:s3:::${bucket}`) ?? true;
  }
}

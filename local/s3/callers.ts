import type { IncomingMessage } from "node:http";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** Whose keys belong to a role, and may list which buckets. Every other key is a person's, who may all. */
export class Callers {
  private readonly listable = new Map<string, Set<string>>();

  /** @param policy of a role, whose processes sign with its name as their key */
  allow(role: string, policy: string): void {
    const { Statement: statements } = JSON.parse(policy) as { Statement: readonly Statement[] };
    const lists = statements.filter(
      ({ Effect, Action }) => Effect === "Allow" && [Action].flat().includes("s3:ListBucket"),
    );
    const known = this.listable.get(role) ?? new Set();
    this.listable.set(role, new Set([...known, ...lists.flatMap(({ Resource }) => Resource)]));
  }

  mayList({ headers }: IncomingMessage, bucket: string): boolean {
    const [, key = ""] = /Credential=([^/]+)\//.exec(headers.authorization ?? "") ?? [];
    return this.listable.get(key)?.has(`arn:aws:s3:::${bucket}`) ?? true;
  }
}

import { z } from "zod";

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const statement = z.object({
  Effect: z.enum(["Allow", "Deny"]),
  Action: oneOrMore,
  Resource: oneOrMore,
});

/** What a Lambda authorizer answers. */
export const authorizerAnswer = z.object({
  principalId: z.string(),
  policyDocument: z.object({ Version: z.string().optional(), Statement: z.array(statement) }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

export type AuthorizerAnswer = z.infer<typeof authorizerAnswer>;
type Policy = AuthorizerAnswer["policyDocument"];

/** Whether a policy lets a method be called, as IAM decides: whatever is denied isn't, the rest has to be allowed. */
export function isAllowed(policy: Policy, methodArn: string): boolean {
  const effects = policy.Statement.filter(
    ({ Action, Resource }) =>
      Action.some((pattern) => matches(pattern.toLowerCase(), "execute-api:invoke")) &&
      Resource.some((pattern) => matches(pattern, methodArn)),
  ).map(({ Effect }) => Effect);
  return effects.includes("Allow") && !effects.includes("Deny");
}

/** `*` stands for any text, slashes too, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

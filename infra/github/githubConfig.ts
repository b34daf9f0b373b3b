import * as z from "zod";
import type { ProjectConfig, Values } from "../projectConfig";

const keys = {
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, "must be like owner/name")
    .meta({
      description: "The repository whose workflows may take the roles on.",
      example: "owner/name",
    }),
  ownerId: z
    .int()
    .positive()
    .optional()
    .meta({
      description: `The owner's number, with repositoryId: repositories made or renamed since July 2026 name both in what
GitHub signs. gh api repos/OWNER/NAME --jq '.owner.id, .id' prints them.`,
      example: 1234567,
    }),
  repositoryId: z.int().positive().optional().meta({
    description: "The repository's number, with ownerId.",
    example: 7654321,
  }),
  environments: z
    // They are in the names of roles, which have 64 characters.
    .array(z.string().regex(/^[\w.-]{1,40}$/, "takes letters, digits, dots, hyphens and _, 40 at most"))
    .min(1)
    .default(["dev", "prod"])
    .meta({
      description:
        "The environments that GitHub deploys: for each, its environment of that name, and <name>-plan beside it.",
    }),
  createProvider: z.boolean().default(true).meta({
    description: "Whether to make GitHub's OIDC provider: an account has one at most.",
  }),
};

export type GithubConfig = Values<typeof keys>;

/** The config of the project github. */
export const githubConfig: ProjectConfig<typeof keys> = {
  project: "github",
  keys,
  problems: ({ ownerId, repositoryId }) =>
    (ownerId === undefined) === (repositoryId === undefined)
      ? []
      : ["github:ownerId and github:repositoryId go together: set both, or neither"],
};

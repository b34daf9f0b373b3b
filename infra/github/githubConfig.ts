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
  environments: z.array(z.string().min(1)).min(1).default(["dev", "prod"]).meta({
    description:
      "The environments that GitHub deploys: for each, its environment of that name, and <name>-plan beside it.",
  }),
  createProvider: z.boolean().default(true).meta({
    description: "Whether to make GitHub's OIDC provider: an account has one at most.",
  }),
};

export type GithubConfig = Values<typeof keys>;

/** The config of the project github. */
export const githubConfig: ProjectConfig<typeof keys> = { project: "github", keys };

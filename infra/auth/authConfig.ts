import * as z from "zod";
import { type ProjectConfig, logDays } from "../projectConfig";

const keys = {
  deletionProtection: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the pool, and with it every user, can't be deleted." }),
  hostedUiDomain: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "takes small letters, digits and hyphens, 63 at most")
    .regex(/^(?!.*(aws|amazon|cognito))/, "may not contain aws, amazon or cognito")
    .optional()
    .meta({
      description: `The first part of the hosted UI's host, <domain>.auth.<region>.amazoncognito.com, unique in the region.
Unset: the environment's name and the pool's id.`,
      example: "my-company",
    }),
  loginPorts: z
    .array(z.int().min(1024).max(65_535))
    .min(1)
    // A client has so many callback URLs: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
    .max(100)
    .default([8976, 8977, 8978])
    .meta({ description: "The ports on which npm run cognito -- login may wait for the browser." }),
  allowedOrigin: z
    .string()
    .regex(/^(\*|https?:\/\/[^/'\s]+)$/, "is * or an origin such as https://app.example.com")
    .default("*")
    .meta({
      description:
        "The origin whose pages may read the API's answers in a browser. With * any: a page needs a token anyway.",
    }),
  throttlingRate: z.number().positive().max(10_000).default(50).meta({
    description: "Requests a second to the API, over all callers; above it callers get 429.",
    cost: "$3.50 a million requests.",
  }),
  throttlingBurst: z
    .int()
    .positive()
    .max(5000)
    .default(100)
    .meta({ description: "Requests that may come at once." }),
  mfa: z
    .enum(["off", "optional", "on"])
    .default("off")
    .meta({
      description: `Whether users sign in with a second factor, an app that shows codes.
off: never. optional: who has set it up. on: everyone.`,
      cost: "none.",
    }),
  threatProtection: z
    .enum(["off", "audit", "enforced"])
    .default("off")
    .meta({
      description: `Whether Cognito looks for stolen passwords and unusual sign-ins.
audit: only counts them. enforced: refuses them, or asks for the second factor.`,
      cost: "takes Cognito's tier Plus, $0.02 an active user and month from the first one on.",
    }),
  webAcl: z.boolean().default(false).meta({
    description: "Whether AWS WAF stands before the API, with AWS's common rules and a limit per address.",
    cost: "$7 a month, and $0.60 a million requests.",
  }),
  manageApiGatewayAccount: z
    .boolean()
    .default(true)
    .meta({
      description: `Whether this environment makes the role by which API Gateway writes logs, where the account has none
in this region that another environment made. false: somebody else sees to it.`,
    }),
  logRetentionDays: logDays
    .default(30)
    .meta({ description: "Days that the logs of the API and of its authorizer are kept." }),
};

/** The config of the auth stack. */
export const authConfig: ProjectConfig<typeof keys> = { project: "auth", keys };

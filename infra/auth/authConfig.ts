import * as z from "zod";
import { type ProjectConfig, type SharedConfig, type Values, logDays, upstreamName } from "../projectConfig";

/** The addresses that Cognito takes: https, an app's own scheme, and http for this machine alone. */
const appUrl = z
  .string()
  .refine(isAppUrl, "must be https://…, http://localhost… or myapp://…, without * and without a #fragment");

function isAppUrl(text: string): boolean {
  const [, scheme = ""] = /^([a-z][a-z0-9+.-]*):\/\/[^\s*#]+$/.exec(text) ?? [];
  if (!URL.canParse(text) || ["", "file", "ftp", "ws", "wss"].includes(scheme)) return false;
  return scheme !== "http" || new URL(text).hostname === "localhost";
}

/** As a browser sends it: no path, no capitals, no port that the scheme has anyway. */
const origin = z
  .string()
  .refine(
    (text) => text === "*" || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text),
    "is * or an origin as a browser sends it, such as https://app.example.com",
  );

/** So many of each kind a client has: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html */
const clientUrls = 100;

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
    .default([8976, 8977, 8978])
    .meta({ description: "The ports on which npm run cognito -- login may wait for the browser." }),
  allowedOrigin: origin.default("*").meta({
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
  databaseRoutes: z
    .boolean()
    .default(true)
    .meta({
      description: `Whether the API has the routes that read the database, GET /records. false: auth also comes up in an
environment without the stacks networking and database.`,
      cost: "none but for calls: about $0.40 a million, beside API Gateway's own.",
    }),
  networkingStack: upstreamName("networking"),
  databaseStack: upstreamName("database"),
  manageApiGatewayAccount: z
    .boolean()
    .default(true)
    .meta({
      description: `Whether this environment makes the role by which API Gateway writes logs, where the account has none
in this region that another environment made. false: somebody else sees to it.`,
    }),
  logRetentionDays: logDays
    .default(30)
    .meta({ description: "Days that the logs of the API and of its functions are kept." }),
  callbackUrls: z
    .array(appUrl)
    .default([])
    .meta({
      description: "Where the hosted UI may send the users of an app of your own back to, with a code.",
      example: ["http://localhost:5173/"],
    }),
  logoutUrls: z
    .array(appUrl)
    .max(clientUrls)
    .default([])
    .meta({
      description: "Where the hosted UI may send them when they have signed out.",
      example: ["http://localhost:5173/"],
    }),
  authFlows: z
    .array(z.enum(["USER_SRP_AUTH", "USER_PASSWORD_AUTH", "USER_AUTH"]))
    .min(1)
    .default(["USER_SRP_AUTH", "USER_PASSWORD_AUTH"])
    .meta({
      description: `How apps sign in with a page of their own. USER_SRP_AUTH, the default of Cognito's libraries, proves the password
without sending it; USER_PASSWORD_AUTH sends it, and npm run cognito -- get-token needs it; with USER_AUTH the user chooses.`,
    }),
  signInBy: z.enum(["username", "email"]).default("username").meta({
    description: "What users sign in with. To change it makes a new pool, without the users of the old one.",
  }),
  passwordMinimumLength: z.int().min(8).max(99).default(12).meta({
    description: "Characters that a password has at least. It has all four kinds of them in any case.",
  }),
  temporaryPasswordDays: z.int().min(1).max(7).default(7).meta({
    description: "Days that a new user has to sign in with the password that was given to him.",
  }),
  recovery: z.enum(["email", "admin"]).default("email").meta({
    description:
      "Who helps with a forgotten password: a code to the user's verified e-mail address, or an administrator only.",
  }),
  accessTokenMinutes: z.int().min(5).max(1440).default(60).meta({
    description:
      "Minutes that access tokens are good for: so long a user who was signed out may still call the API.",
  }),
  idTokenMinutes: z
    .int()
    .min(5)
    .max(1440)
    .default(60)
    .meta({ description: "Minutes that ID tokens are good for." }),
  refreshTokenDays: z.int().min(1).max(3650).default(30).meta({
    description: "Days after which users have to sign in again.",
  }),
};

/** The config of the auth stack. */
export const authConfig: ProjectConfig<typeof keys> = {
  project: "auth",
  keys,
  problems: ({ callbackUrls, loginPorts }) =>
    callbackUrls.length + loginPorts.length <= clientUrls
      ? []
      : [
          `auth:callbackUrls and auth:loginPorts name ${callbackUrls.length + loginPorts.length} addresses to come back to: a client of Cognito has ${clientUrls} at most`,
        ],
};

export type AuthConfig = Values<typeof keys> & SharedConfig;

/** What pools and clients are made by. */
export type SignInRules = Values<typeof keys>;

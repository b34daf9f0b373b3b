import { z } from "zod";
import { GroundworkError } from "../../infra/error";

/*
 * The inputs of Pulumi's Cognito resources. One that isn't listed here is an error: taken silently, it would do
 * something on AWS and nothing on this machine. The defaults are Cognito's own.
 */

const constraint = z.coerce.string().optional();

const attributeInputs = z.strictObject({
  name: z.string(),
  attributeDataType: z.enum(["String", "Number", "Boolean", "DateTime"]),
  developerOnlyAttribute: z.literal(false).default(false),
  mutable: z.boolean().default(true),
  required: z.boolean().default(false),
  stringAttributeConstraints: z.strictObject({ minLength: constraint, maxLength: constraint }).optional(),
  numberAttributeConstraints: z.strictObject({ minValue: constraint, maxValue: constraint }).optional(),
});

const passwordPolicyInputs = z.strictObject({
  minimumLength: z.number().default(8),
  requireLowercase: z.boolean().default(false),
  requireNumbers: z.boolean().default(false),
  requireSymbols: z.boolean().default(false),
  requireUppercase: z.boolean().default(false),
  temporaryPasswordValidityDays: z.number().default(7),
});

const userPoolKeys = z.strictObject({
  id: z.string().regex(/^[\w-]+_[0-9a-zA-Z]+$/, "has to look like us-east-1_a1b2c3d4e"),
  name: z.string().default("user-pool"),
  region: z.string().optional(),
  // Users who sign themselves up would need codes that nobody mails.
  adminCreateUserConfig: z.strictObject({ allowAdminCreateUserOnly: z.literal(true) }),
  deletionProtection: z.enum(["ACTIVE", "INACTIVE"]).default("INACTIVE"),
  accountRecoverySetting: z
    .strictObject({
      recoveryMechanisms: z.array(
        z.strictObject({
          name: z.enum(["verified_email", "verified_phone_number", "admin_only"]),
          priority: z.number(),
        }),
      ),
    })
    .optional(),
  autoVerifiedAttributes: z.array(z.literal("email")).default([]),
  mfaConfiguration: z.enum(["OFF", "OPTIONAL", "ON"]).default("OFF"),
  passwordPolicy: passwordPolicyInputs.prefault({}),
  schemas: z.array(attributeInputs).default([]),
  softwareTokenMfaConfiguration: z.strictObject({ enabled: z.boolean() }).default({ enabled: false }),
  tags: z.record(z.string(), z.string()).default({}),
  usernameAttributes: z.array(z.literal("email")).default([]),
  usernameConfiguration: z.strictObject({ caseSensitive: z.boolean().default(false) }).prefault({}),
});

/** Cognito has other second factors, for which it needs to send messages. */
const userPoolInputs = userPoolKeys.refine(
  ({ mfaConfiguration: mfa, softwareTokenMfaConfiguration: app }) => mfa === "OFF" || app.enabled,
  "mfaConfiguration: a second factor here is an authenticator app: set softwareTokenMfaConfiguration.enabled",
);

const timeUnit = (unit: "hours" | "days") => z.enum(["seconds", "minutes", "hours", "days"]).default(unit);

const userPoolClientInputs = z.strictObject({
  id: z.string().optional(),
  name: z.string().default("client"),
  region: z.string().optional(),
  userPoolId: z.string(),
  accessTokenValidity: z.number().default(1),
  allowedOauthFlows: z.array(z.literal("code")).default([]),
  allowedOauthFlowsUserPoolClient: z.boolean().default(false),
  allowedOauthScopes: z.array(z.string()).default([]),
  authSessionValidity: z.number().min(3).max(15).default(3),
  callbackUrls: z.array(z.url()).default([]),
  enableTokenRevocation: z.boolean().default(true),
  explicitAuthFlows: z
    .array(z.string().startsWith("ALLOW_"))
    .default(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]),
  generateSecret: z.boolean().default(false),
  idTokenValidity: z.number().default(1),
  logoutUrls: z.array(z.url()).default([]),
  preventUserExistenceErrors: z.enum(["ENABLED", "LEGACY"]).default("ENABLED"),
  refreshTokenValidity: z.number().default(30),
  supportedIdentityProviders: z.array(z.literal("COGNITO")).default([]),
  tokenValidityUnits: z
    .strictObject({
      accessToken: timeUnit("hours"),
      idToken: timeUnit("hours"),
      refreshToken: timeUnit("days"),
    })
    .prefault({}),
});

const userGroupInputs = z.strictObject({
  userPoolId: z.string(),
  name: z.string(),
  region: z.string().optional(),
  description: z.string().optional(),
  precedence: z.number().optional(),
  roleArn: z.string().optional(),
});

const resourceServerInputs = z.strictObject({
  userPoolId: z.string(),
  identifier: z.string(),
  name: z.string(),
  region: z.string().optional(),
  scopes: z.array(z.strictObject({ scopeName: z.string(), scopeDescription: z.string() })).default([]),
});

const userPoolDomainInputs = z.strictObject({
  userPoolId: z.string(),
  domain: z.string(),
  region: z.string().optional(),
});

export type UserPoolInputs = z.infer<typeof userPoolInputs>;
export type UserPoolClientInputs = z.infer<typeof userPoolClientInputs>;
export type SchemaAttribute = z.infer<typeof attributeInputs>;

type Inputs = Readonly<Record<string, unknown>>;

/** Of aws:cognito/userPool:UserPool, with the `id` that it is to have. Throws GroundworkError. */
export const readUserPool = reader("aws:cognito/userPool:UserPool", userPoolInputs);

/** Of aws:cognito/userPoolClient:UserPoolClient; `id` where it is to have a certain one. Throws GroundworkError. */
export const readUserPoolClient = reader("aws:cognito/userPoolClient:UserPoolClient", userPoolClientInputs);

/** Of aws:cognito/userGroup:UserGroup. Throws GroundworkError. */
export const readUserGroup = reader("aws:cognito/userGroup:UserGroup", userGroupInputs);

/** Of aws:cognito/resourceServer:ResourceServer. Throws GroundworkError. */
export const readResourceServer = reader("aws:cognito/resourceServer:ResourceServer", resourceServerInputs);

/** Of aws:cognito/userPoolDomain:UserPoolDomain. Throws GroundworkError. */
export const readUserPoolDomain = reader("aws:cognito/userPoolDomain:UserPoolDomain", userPoolDomainInputs);

function reader<T>(type: string, schema: z.ZodType<T>): (inputs: Inputs) => T {
  return (inputs) => {
    const given = Object.entries(inputs).filter(([, value]) => value !== undefined);
    const parsed = schema.safeParse(Object.fromEntries(given));
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join("."), message].filter(Boolean).join(": "),
    );
    throw GroundworkError.all(
      `${type} can't be made on this machine (local/cognito/inputs.ts lists what can)`,
      problems,
    );
  };
}

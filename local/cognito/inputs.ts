import { z } from "zod";
import { GroundworkError } from "../../infra/error";

/*
 * The inputs of Pulumi's Cognito resources in the shape of Cognito's API. An input that isn't listed here is an
 * error: taken silently, it would do something on AWS and nothing on this machine.
 */

const constraint = z.coerce.string().optional();

const attributeInputs = z
  .strictObject({
    name: z.string(),
    attributeDataType: z.enum(["String", "Number", "Boolean", "DateTime"]),
    developerOnlyAttribute: z.literal(false).default(false),
    mutable: z.boolean().default(true),
    required: z.boolean().default(false),
    stringAttributeConstraints: z.strictObject({ minLength: constraint, maxLength: constraint }).optional(),
    numberAttributeConstraints: z.strictObject({ minValue: constraint, maxValue: constraint }).optional(),
  })
  .transform((a) => ({
    Name: a.name,
    AttributeDataType: a.attributeDataType,
    DeveloperOnlyAttribute: a.developerOnlyAttribute,
    Mutable: a.mutable,
    Required: a.required,
    ...(a.stringAttributeConstraints && {
      StringAttributeConstraints: defined({
        MinLength: a.stringAttributeConstraints.minLength,
        MaxLength: a.stringAttributeConstraints.maxLength,
      }),
    }),
    ...(a.numberAttributeConstraints && {
      NumberAttributeConstraints: defined({
        MinValue: a.numberAttributeConstraints.minValue,
        MaxValue: a.numberAttributeConstraints.maxValue,
      }),
    }),
  }));

/** The defaults are Cognito's own. */
const passwordPolicyInputs = z
  .strictObject({
    minimumLength: z.number().default(8),
    requireLowercase: z.boolean().default(false),
    requireNumbers: z.boolean().default(false),
    requireSymbols: z.boolean().default(false),
    requireUppercase: z.boolean().default(false),
    temporaryPasswordValidityDays: z.number().default(7),
  })
  .transform((p) => ({
    MinimumLength: p.minimumLength,
    RequireLowercase: p.requireLowercase,
    RequireNumbers: p.requireNumbers,
    RequireSymbols: p.requireSymbols,
    RequireUppercase: p.requireUppercase,
    TemporaryPasswordValidityDays: p.temporaryPasswordValidityDays,
  }));

const userPoolInputs = z
  .strictObject({
    id: z.string().regex(/^[\w-]+_[0-9a-zA-Z]+$/, "has to look like us-east-1_a1b2c3d4e"),
    name: z.string().default("user-pool"),
    region: z.string().optional(),
    adminCreateUserConfig: z
      .strictObject({ allowAdminCreateUserOnly: z.boolean().default(false) })
      .optional(),
    deletionProtection: z.enum(["ACTIVE", "INACTIVE"]).optional(),
    mfaConfiguration: z.literal("OFF").default("OFF"),
    passwordPolicy: passwordPolicyInputs.optional(),
    schemas: z.array(attributeInputs).default([]),
    tags: z.record(z.string(), z.string()).default({}),
    usernameConfiguration: z.strictObject({ caseSensitive: z.boolean().default(false) }).optional(),
  })
  .transform((p) => ({
    id: p.id,
    schema: p.schemas,
    settings: {
      Name: p.name,
      AdminCreateUserConfig: {
        AllowAdminCreateUserOnly: p.adminCreateUserConfig?.allowAdminCreateUserOnly ?? false,
      },
      MfaConfiguration: p.mfaConfiguration,
      ...(p.passwordPolicy && { Policies: { PasswordPolicy: p.passwordPolicy } }),
      UserPoolTags: p.tags,
      UsernameConfiguration: { CaseSensitive: p.usernameConfiguration?.caseSensitive ?? false },
    },
  }));

const timeUnit = z.enum(["seconds", "minutes", "hours", "days"]).optional();

/** Cognito's own defaults: an hour for access and ID tokens, thirty days for refresh tokens. */
const userPoolClientInputs = z
  .strictObject({
    id: z.string().optional(),
    name: z.string().default("client"),
    region: z.string().optional(),
    userPoolId: z.string(),
    accessTokenValidity: z.number().default(1),
    allowedOauthFlows: z.array(z.literal("code")).default([]),
    allowedOauthFlowsUserPoolClient: z.boolean().default(false),
    allowedOauthScopes: z.array(z.string()).default([]),
    callbackUrls: z.array(z.url()).default([]),
    enableTokenRevocation: z.boolean().default(true),
    explicitAuthFlows: z.array(z.string().startsWith("ALLOW_")).default([]),
    generateSecret: z.literal(false).default(false),
    idTokenValidity: z.number().default(1),
    preventUserExistenceErrors: z.enum(["ENABLED", "LEGACY"]).default("ENABLED"),
    refreshTokenValidity: z.number().default(30),
    supportedIdentityProviders: z.array(z.literal("COGNITO")).default([]),
    tokenValidityUnits: z
      .strictObject({ accessToken: timeUnit, idToken: timeUnit, refreshToken: timeUnit })
      .optional(),
  })
  .transform((c) => ({
    ...(c.id !== undefined && { id: c.id }),
    settings: {
      ClientName: c.name,
      UserPoolId: c.userPoolId,
      AccessTokenValidity: c.accessTokenValidity,
      AllowedOAuthFlows: c.allowedOauthFlowsUserPoolClient ? c.allowedOauthFlows : [],
      AllowedOAuthFlowsUserPoolClient: c.allowedOauthFlowsUserPoolClient,
      AllowedOAuthScopes: c.allowedOauthScopes,
      CallbackURLs: c.callbackUrls,
      EnableTokenRevocation: c.enableTokenRevocation,
      ExplicitAuthFlows: c.explicitAuthFlows,
      IdTokenValidity: c.idTokenValidity,
      PreventUserExistenceErrors: c.preventUserExistenceErrors,
      RefreshTokenValidity: c.refreshTokenValidity,
      SupportedIdentityProviders: c.supportedIdentityProviders,
      TokenValidityUnits: {
        AccessToken: c.tokenValidityUnits?.accessToken ?? "hours",
        IdToken: c.tokenValidityUnits?.idToken ?? "hours",
        RefreshToken: c.tokenValidityUnits?.refreshToken ?? "days",
      },
    },
  }));

const userGroupInputs = z
  .strictObject({
    userPoolId: z.string(),
    name: z.string(),
    region: z.string().optional(),
    description: z.string().optional(),
    precedence: z.number().optional(),
    roleArn: z.string().optional(),
  })
  .transform((g) => ({
    UserPoolId: g.userPoolId,
    GroupName: g.name,
    ...defined({ Description: g.description, Precedence: g.precedence, RoleArn: g.roleArn }),
  }));

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
    const parsed = schema.safeParse(defined(inputs));
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

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The object without its undefined members. */
function defined<T extends object>(object: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<
    Defined<T>
  >;
}

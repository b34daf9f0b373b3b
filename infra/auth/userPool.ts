import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { environmentName } from "../names";
import { memberGroup } from "./apiRoutes";
import type { SignInRules } from "./authConfig";

/** How users prove who they are, as the config has it. */
type UserPoolArgs = Pick<
  SignInRules,
  | "authFlows"
  | "deletionProtection"
  | "mfa"
  | "passwordMinimumLength"
  | "recovery"
  | "signInBy"
  | "temporaryPasswordDays"
  | "threatProtection"
> &
  TokenLifetimes;

export type TokenLifetimes = Pick<SignInRules, "accessTokenMinutes" | "idTokenMinutes" | "refreshTokenDays">;

/**
 * Users who sign in by name and password, made by an administrator, the group whose members may call everything,
 * and the client that apps sign in with. Cognito's price: 10,000 active users a month are free.
 */
export class UserPool extends Component {
  readonly userPoolId: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  /** The `iss` of its tokens. */
  readonly issuer: pulumi.Output<string>;

  constructor(name: string, args: UserPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("auth:UserPool", name, opts);
    const pool = new aws.cognito.UserPool(
      name,
      {
        name: environmentName(name),
        mfaConfiguration: args.mfa.toUpperCase(),
        ...(args.mfa !== "off" && { softwareTokenMfaConfiguration: { enabled: true } }),
        ...threatProtection(args.threatProtection),
        ...(args.signInBy === "email" && {
          usernameAttributes: ["email"],
          autoVerifiedAttributes: ["email"],
        }),
        accountRecoverySetting: { recoveryMechanisms: [{ name: recoveryNames[args.recovery], priority: 1 }] },
        adminCreateUserConfig: { allowAdminCreateUserOnly: true },
        usernameConfiguration: { caseSensitive: false },
        passwordPolicy: {
          minimumLength: args.passwordMinimumLength,
          requireLowercase: true,
          requireUppercase: true,
          requireNumbers: true,
          requireSymbols: true,
          temporaryPasswordValidityDays: args.temporaryPasswordDays,
        },
        // Cognito can add attributes later but never change or remove one.
        schemas: [
          {
            name: "username",
            attributeDataType: "String",
            mutable: false,
            stringAttributeConstraints: { minLength: "2", maxLength: "10" },
          },
          {
            name: "test",
            attributeDataType: "String",
            mutable: true,
            stringAttributeConstraints: { minLength: "1", maxLength: "50" },
          },
        ],
        deletionProtection: args.deletionProtection ? "ACTIVE" : "INACTIVE",
      },
      // Without it Pulumi would delete the pool's clients before AWS refuses to delete the pool.
      { ...this.child, protect: args.deletionProtection },
    );
    const client = new aws.cognito.UserPoolClient(
      `${name}-client`,
      {
        name: environmentName("app-public"),
        userPoolId: pool.id,
        generateSecret: false,
        explicitAuthFlows: [...args.authFlows.map((flow) => `ALLOW_${flow}`), "ALLOW_REFRESH_TOKEN_AUTH"],
        ...clientSettings(args),
      },
      this.once("app-public"),
    );
    new aws.cognito.UserGroup(
      `${name}-members`,
      { name: memberGroup, userPoolId: pool.id, description: "May call every route of the API" },
      this.once(memberGroup),
    );
    this.userPoolId = pool.id;
    this.arn = pool.arn;
    // AWS gives the endpoint without its scheme; an environment that isn't AWS gives a whole URL.
    this.issuer = pool.endpoint.apply((endpoint) =>
      endpoint.includes("://") ? endpoint : `https://${endpoint}`,
    );
    this.clientId = client.id;
    this.registerOutputs();
  }
}

/** Of password sign-in, and of custom challenges too: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html */
function threatProtection(mode: UserPoolArgs["threatProtection"]): Partial<aws.cognito.UserPoolArgs> {
  if (mode === "off") return {};
  const advancedSecurityMode = mode.toUpperCase();
  return {
    userPoolTier: "PLUS",
    userPoolAddOns: {
      advancedSecurityMode,
      advancedSecurityAdditionalFlows: { customAuthMode: advancedSecurityMode },
    },
  };
}

const recoveryNames = { email: "verified_email", admin: "admin_only" } as const;

/** What all clients of the pool have in common. */
export function clientSettings(args: TokenLifetimes) {
  return {
    accessTokenValidity: args.accessTokenMinutes,
    idTokenValidity: args.idTokenMinutes,
    refreshTokenValidity: args.refreshTokenDays,
    tokenValidityUnits: { accessToken: "minutes", idToken: "minutes", refreshToken: "days" },
    enableTokenRevocation: true,
    // Otherwise a failed sign-in tells whether the name exists.
    preventUserExistenceErrors: "ENABLED",
  };
}

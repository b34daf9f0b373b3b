import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { hostedScopes, resourceServer } from "./apiRoutes";
import { Component } from "../component";
import { requireRegion } from "../config";
import { environmentName } from "../names";

interface HostedUiArgs {
  readonly userPoolId: pulumi.Input<string>;
  /** The first part of its host; by default the environment's name and the pool's id. */
  readonly domain?: string | undefined;
  /** The ports on this machine that sign-in may come back to. */
  readonly loginPorts: readonly number[];
}

/**
 * Cognito's own sign-in page, the scopes that it gives, and the client that signs in there: by authorization code
 * with PKCE, coming back to a port on the user's own machine (RFC 8252).
 */
export class HostedUi extends Component {
  readonly url: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  readonly callbackUrls: readonly string[];

  constructor(name: string, args: HostedUiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("auth:HostedUi", name, opts);
    const { userPoolId } = args;
    this.callbackUrls = args.loginPorts.map((port) => `http://localhost:${port}/callback`);
    const domain = new aws.cognito.UserPoolDomain(
      name,
      { userPoolId, domain: args.domain ?? pulumi.output(userPoolId).apply(domainOf) },
      this.child,
    );
    const scopes = new aws.cognito.ResourceServer(
      resourceServer.identifier,
      {
        userPoolId,
        identifier: resourceServer.identifier,
        name: resourceServer.identifier,
        scopes: resourceServer.scopes.map((scope) => ({
          scopeName: scope.name,
          scopeDescription: scope.description,
        })),
      },
      this.child,
    );
    const client = new aws.cognito.UserPoolClient(
      "app-hosted",
      {
        name: environmentName("app-hosted"),
        userPoolId,
        generateSecret: false,
        allowedOauthFlowsUserPoolClient: true,
        allowedOauthFlows: ["code"],
        allowedOauthScopes: hostedScopes,
        callbackUrls: [...this.callbackUrls],
        supportedIdentityProviders: ["COGNITO"],
        explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
        enableTokenRevocation: true,
        preventUserExistenceErrors: "ENABLED",
      },
      // Cognito refuses a client with scopes that don't exist yet.
      { ...this.child, dependsOn: [scopes] },
    );
    this.url = domain.domain.apply(hostedUiUrl);
    this.clientId = client.id;
    this.registerOutputs();
  }
}

/** `us-east-1_AbC123dEf` gives `dev-abc123def`; the id is unique but for its capitals. */
function domainOf(userPoolId: string): string {
  return environmentName(userPoolId.split("_")[1] ?? userPoolId).toLowerCase();
}

/** AWS knows the domain by its first part; an environment that isn't AWS by its whole URL. */
function hostedUiUrl(domain: string): string {
  if (domain.includes("://")) return domain;
  return `https://${domain}.auth.${requireRegion()}.amazoncognito.com`;
}

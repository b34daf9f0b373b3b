import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { environmentName } from "../names";
import type { SharedConfig } from "../projectConfig";
import { hostedScopes, resourceServer } from "./apiRoutes";
import { type TokenLifetimes, clientSettings } from "./userPool";

interface HostedUiArgs extends Pick<SharedConfig, "region">, TokenLifetimes {
  readonly userPoolId: pulumi.Input<string>;
  /** The first part of its host; by default the environment's name and the pool's id. */
  readonly hostedUiDomain?: string | undefined;
  /** The ports on this machine that sign-in may come back to. */
  readonly loginPorts: readonly number[];
  /** Where else it may come back to, and may end: addresses of apps. */
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
}

/**
 * Cognito's own sign-in page, the scopes that it gives, and the client that signs in there: by authorization code
 * with PKCE, coming back to a port on the user's own machine (RFC 8252) or to an app.
 */
export class HostedUi extends Component {
  readonly url: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  /** Those of the user's own machine. */
  readonly loginCallbackUrls: string[];

  constructor(name: string, args: HostedUiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("auth:HostedUi", name, opts);
    const { userPoolId } = args;
    this.loginCallbackUrls = args.loginPorts.map((port) => `http://localhost:${port}/callback`);
    const domain = new aws.cognito.UserPoolDomain(
      name,
      { userPoolId, domain: args.hostedUiDomain ?? pulumi.output(userPoolId).apply(domainOf) },
      this.child,
    );
    const scopes = new aws.cognito.ResourceServer(
      `${name}-scopes`,
      {
        userPoolId,
        identifier: resourceServer.identifier,
        name: resourceServer.identifier,
        scopes: resourceServer.scopes.map((scope) => ({
          scopeName: scope.name,
          scopeDescription: scope.description,
        })),
      },
      this.once(resourceServer.identifier),
    );
    const client = new aws.cognito.UserPoolClient(
      `${name}-client`,
      {
        name: environmentName("app-hosted"),
        userPoolId,
        generateSecret: false,
        allowedOauthFlowsUserPoolClient: true,
        allowedOauthFlows: ["code"],
        allowedOauthScopes: hostedScopes,
        callbackUrls: [...this.loginCallbackUrls, ...args.callbackUrls],
        logoutUrls: [...args.logoutUrls],
        supportedIdentityProviders: ["COGNITO"],
        explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
        ...clientSettings(args),
      },
      // Cognito refuses a client with scopes that don't exist yet.
      { ...this.once("app-hosted"), dependsOn: [scopes] },
    );
    this.url = domain.domain.apply((first) => hostedUiUrl(first, args.region));
    this.clientId = client.id;
    this.registerOutputs();
  }
}

/**
 * `us-east-1_AbC123dEf` gives `dev-abc123def`; the id is unique but for its capitals. Cognito refuses a domain with
 * one of its own names in it, which chance may put into an id: a hyphen then parts it.
 */
export function domainOf(userPoolId: string): string {
  const domain = environmentName(userPoolId.split("_")[1] ?? userPoolId).toLowerCase();
  return domain.replace(/(?<=a)(?=ws|mazon)|(?<=c)(?=ognito)/g, "-");
}

/** AWS knows the domain by its first part; an environment that isn't AWS by its whole URL. */
function hostedUiUrl(domain: string, region: string): string {
  if (domain.includes("://")) return domain;
  return `https://${domain}.auth.${region}.amazoncognito.com`;
}

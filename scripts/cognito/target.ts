import {
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
} from "@aws-sdk/client-cognito-identity-provider";
import { GroundworkError } from "../../infra/error";
import { stackOutputs, textOutput } from "../shared/stackOutputs";
import { readEnvFile } from "./envFile";

export interface TargetOptions {
  readonly stack: string;
  /** Whether the person named the stack: then the ids are its own, whatever the env file says. */
  readonly stackNamed: boolean;
  readonly env: string;
  readonly profile?: string | undefined;
}

/** The pool that a command works on, as far as it is known. */
export class Target {
  private stack: Promise<Readonly<Record<string, unknown>>> | undefined;
  private readonly given: Readonly<Record<string, string | undefined>>;

  constructor(
    readonly options: TargetOptions,
    /** Where the auth stack's outputs come from. */
    private readonly readOutputs: typeof stackOutputs = stackOutputs,
  ) {
    this.given = options.stackNamed ? {} : { ...readEnvFile(options.env), ...process.env };
  }

  userPoolId(): Promise<string> {
    return this.value("COGNITO_USER_POOL_ID", "userPoolId");
  }

  clientId(): Promise<string> {
    return this.value("COGNITO_CLIENT_ID", "userPoolClientId");
  }

  /** Only of a client that has one; the stack's has none. */
  get clientSecret(): string | undefined {
    const secret = this.given.COGNITO_CLIENT_SECRET;
    return secret === "" ? undefined : secret;
  }

  /** An output of the auth stack. */
  async output(name: string): Promise<string> {
    return textOutput(await this.outputs(), "auth", name, this.options.stack);
  }

  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    this.stack ??= this.readOutputs(this.options.stack, "auth");
    return this.stack;
  }

  /** A client of Cognito's API where the pool is: on AWS, on this machine, or at AWS_ENDPOINT_URL. */
  async connect(): Promise<CognitoIdentityProviderClient> {
    const endpoint = await this.endpoint();
    const pool = this.given.COGNITO_USER_POOL_ID ?? (this.stack && (await this.userPoolId()));
    // A pool's id begins with its region: us-east-1_a1b2c3d4e
    const region = pool?.includes("_") ? pool.split("_")[0] : undefined;
    const config: CognitoIdentityProviderClientConfig = {
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      ...(this.options.profile !== undefined && { profile: this.options.profile }),
    };
    if (!isLoopback(endpoint) || hasCredentials(this.options))
      return new CognitoIdentityProviderClient(config);
    // Nobody on this machine checks who signs a request, but a request that isn't signed is refused, as on AWS.
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    return new CognitoIdentityProviderClient({ region: "us-east-1", ...config, credentials });
  }

  private async endpoint(): Promise<string | undefined> {
    if (this.options.stackNamed || !this.hasIds()) {
      const issuer = new URL(await this.output("issuer"));
      if (!/\.amazonaws\.com(\.cn)?$/.test(issuer.hostname)) return issuer.origin;
    }
    // The service's own variable before the general one; an empty one is as good as none, as to the SDK.
    const [name, endpoint] =
      ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL"]
        .map((variable) => [variable, process.env[variable] ?? ""] as const)
        .find(([, value]) => value !== "") ?? [];
    if (endpoint !== undefined && !(/^https?:\/\//.test(endpoint) && URL.canParse(endpoint))) {
      throw new GroundworkError(`${name} is not an address: write it as http://127.0.0.1:5000`);
    }
    return endpoint;
  }

  private hasIds(): boolean {
    return Boolean(this.given.COGNITO_USER_POOL_ID ?? this.given.COGNITO_CLIENT_ID);
  }

  private async value(variable: string, output: string): Promise<string> {
    const given = this.given[variable];
    if (given !== undefined && given !== "") return given;
    if (this.hasIds()) {
      throw new GroundworkError(
        `${variable} is missing: add it to ${this.options.env}, or name an environment with --stack`,
      );
    }
    return this.output(output);
  }
}

export function isLoopback(url: string | undefined): boolean {
  return url !== undefined && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(url).hostname);
}

function hasCredentials({ profile }: TargetOptions): boolean {
  return (profile ?? process.env.AWS_PROFILE ?? process.env.AWS_ACCESS_KEY_ID) !== undefined;
}

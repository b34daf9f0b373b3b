import {
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
} from "@aws-sdk/client-cognito-identity-provider";
import { GroundworkError } from "../../infra/error";
import type { Outputs } from "../../infra/outputs";
import { type OutputReader, awsEnvironment, stackOutputs } from "../shared/stackOutputs";
import { readEnvFile } from "./envFile";

type Variables = Readonly<Record<string, string | undefined>>;

export interface TargetOptions {
  readonly stack: string;
  /** Whether the person named the stack: then the ids are its own, whatever the env file says. */
  readonly stackNamed: boolean;
  readonly env: string;
  readonly profile?: string | undefined;
}

/** The pool that a command works on, as far as it is known. */
export class Target {
  private stack: Promise<OutputReader<"auth">> | undefined;
  private client: Promise<CognitoIdentityProviderClient> | undefined;
  /** Ids of the shell and the env file, where the stack is not named. */
  private readonly given: Variables;

  constructor(
    readonly options: TargetOptions,
    /** Where the auth stack's outputs come from. */
    private readonly readOutputs: (
      stack: string,
      project: "auth",
    ) => Promise<OutputReader<"auth">> = stackOutputs,
    /** What the SDK needs to reach the environment. */
    private readonly readEnvironment: (stack: string) => Variables = awsEnvironment,
  ) {
    this.given = options.stackNamed ? {} : { ...filled(readEnvFile(options.env)), ...filled(process.env) };
  }

  userPoolId(): Promise<string> {
    return this.value("COGNITO_USER_POOL_ID", "userPoolId");
  }

  clientId(): Promise<string> {
    return this.value("COGNITO_CLIENT_ID", "userPoolClientId");
  }

  /** Only of a client that has one; the stack's has none. */
  get clientSecret(): string | undefined {
    return this.given.COGNITO_CLIENT_SECRET;
  }

  /** An output of the auth stack. */
  async output<K extends keyof Outputs<"auth">>(name: K): Promise<Outputs<"auth">[K]> {
    this.stack ??= this.readOutputs(this.options.stack, "auth");
    return (await this.stack)(name);
  }

  /** The stack's API; undefined for a pool that is known by its ids alone. */
  apiUrl(): Promise<string | undefined> {
    return this.isOfStack() ? this.output("apiUrl") : Promise.resolve(undefined);
  }

  /** The client of Cognito's API where the pool is: on AWS, on this machine, or at AWS_ENDPOINT_URL. `close` ends it. */
  connect(): Promise<CognitoIdentityProviderClient> {
    return (this.client ??= this.newClient());
  }

  async close(): Promise<void> {
    // Whoever asked for one that can't be has been told.
    (await this.client?.catch(() => undefined))?.destroy();
  }

  private async newClient(): Promise<CognitoIdentityProviderClient> {
    const endpoint = await this.endpoint();
    const pool = this.given.COGNITO_USER_POOL_ID ?? (this.stack && (await this.userPoolId()));
    // A pool's id begins with its region: us-east-1_a1b2c3d4e
    const region = pool?.includes("_") ? pool.split("_")[0] : undefined;
    const credentials = this.credentials(endpoint);
    const config: CognitoIdentityProviderClientConfig = {
      ...(isLoopback(endpoint) && { region: "us-east-1" }),
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      ...(this.options.profile !== undefined && { profile: this.options.profile }),
      ...(credentials && { credentials }),
    };
    return new CognitoIdentityProviderClient(config);
  }

  /** Where it isn't the SDK that finds them: the environment's own, or for this machine any. */
  private credentials(endpoint: string | undefined) {
    if (this.options.profile !== undefined) return undefined;
    const ofStack = this.isOfStack() ? keysOf(this.readEnvironment(this.options.stack)) : undefined;
    if (ofStack || !isLoopback(endpoint)) return ofStack;
    const { AWS_PROFILE } = filled(process.env);
    const any = { accessKeyId: "local", secretAccessKey: "local" };
    return keysOf(process.env) ?? (AWS_PROFILE === undefined ? any : undefined);
  }

  private isOfStack(): boolean {
    return this.options.stackNamed || !this.hasIds();
  }

  private async endpoint(): Promise<string | undefined> {
    if (this.isOfStack()) {
      const issuer = new URL(await this.output("issuer"));
      if (!/\.amazonaws\.com(\.cn)?$/.test(issuer.hostname)) return issuer.origin;
    }
    const variables = filled(process.env);
    // The service's own variable before the general one.
    const name = ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL"].find(
      (variable) => variables[variable] !== undefined,
    );
    const endpoint = name && variables[name];
    if (endpoint !== undefined && !(/^https?:\/\//.test(endpoint) && URL.canParse(endpoint))) {
      throw new GroundworkError(`${name} is not an address: write it as http://127.0.0.1:5000`);
    }
    return endpoint;
  }

  private hasIds(): boolean {
    return Boolean(this.given.COGNITO_USER_POOL_ID ?? this.given.COGNITO_CLIENT_ID);
  }

  private async value(variable: string, output: "userPoolId" | "userPoolClientId"): Promise<string> {
    const given = this.given[variable];
    if (given !== undefined) return given;
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

/** An empty variable is no value. */
function filled(variables: Readonly<Record<string, string | undefined>>): Variables {
  const entries = Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(entries);
}

function keysOf(variables: Readonly<Record<string, string | undefined>>) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = filled(variables);
  const { AWS_SESSION_TOKEN: sessionToken } = filled(variables);
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

import { CognitoError, UnsupportedError } from "cognito-local/lib/errors";
import publicKey from "cognito-local/lib/keys/cognitoLocal.public.json";
import { Router } from "cognito-local/lib/server/Router";
import { DefaultConfig } from "cognito-local/lib/server/config";
import type { LogService } from "cognito-local/lib/services/LogService";
import { newId } from "cognito-local/lib/services/appClient";
import { DateClock } from "cognito-local/lib/services/clock";
import {
  type CognitoService,
  CognitoServiceFactoryImpl,
  USER_POOL_AWS_DEFAULTS,
} from "cognito-local/lib/services/cognitoService";
import type { Context } from "cognito-local/lib/services/context";
import { StormDBDataStoreFactory } from "cognito-local/lib/services/dataStore/stormDb";
import { otp } from "cognito-local/lib/services/otp";
import {
  JwtTokenGenerator,
  type TokenGenerator,
  type Tokens,
} from "cognito-local/lib/services/tokenGenerator";
import { TriggersService } from "cognito-local/lib/services/triggers";
import { UserPoolServiceFactoryImpl } from "cognito-local/lib/services/userPoolService";
import { AwsError } from "../http";
import type { readUserPool, readUserPoolClient } from "./inputs";
import { signAgain } from "./tokenSigning";

/*
 * cognito-local, put together from its parts. Its own server would listen on a fixed port, keep its data in the
 * current folder, and load the AWS SDK v2 (0.7 s, a warning) to run triggers that no pool has here.
 */

const nothing = (): undefined => undefined;
const silent: LogService = {
  child: () => silent,
  debug: nothing,
  error: nothing,
  info: nothing,
  warn: nothing,
};

/** What every call into the library takes along. It would log passwords and tokens: nothing is logged. */
export const context: Context = { logger: silent };

/** The public key (JWK) of every token. */
export const signingKey = publicKey.jwk;

export interface CognitoLibrary {
  readonly cognito: CognitoService;
  /** Answers an operation of Cognito's API; throws the library's errors. */
  readonly route: (operation: string, request: object) => Promise<unknown>;
  readonly tokenGenerator: TokenGenerator;
}

/**
 * @param dir an empty folder for its data
 * @param url where it is reached: the tokens' issuer is `<url>/<pool>`
 */
export async function startLibrary(dir: string, url: string): Promise<CognitoLibrary> {
  const clock = new DateClock();
  const stores = new StormDBDataStoreFactory(dir);
  const pools = new UserPoolServiceFactoryImpl(clock, {
    // Without the key the store fails at the first look for a group.
    create: (ctx, id, defaults) => stores.create(ctx, id, { Groups: {}, ...defaults }),
  });
  const cognito = await new CognitoServiceFactoryImpl(dir, stores, pools).create(context, {});
  const triggers = new TriggersService(clock, cognito, noLambda, noEncryption);
  const tokenGenerator = withClient(new JwtTokenGenerator(clock, triggers, { IssuerDomain: url }));
  const router = Router({
    clock,
    cognito,
    config: { ...DefaultConfig, UserPoolDefaults: {}, TokenConfig: { IssuerDomain: url } },
    messages: { deliver: () => Promise.resolve() },
    otp,
    tokenGenerator,
    triggers,
  });
  return {
    cognito,
    tokenGenerator,
    // The library keeps what it is given and changes it.
    route: (operation, request): Promise<unknown> => router(operation)(context, structuredClone(request)),
  };
}

/** Names in each refresh token the client that it is given to, because Cognito takes it from that one only. */
function withClient(generator: TokenGenerator): TokenGenerator {
  return {
    async generate(ctx, user, groups, client, ...rest) {
      const tokens = await generator.generate(ctx, user, groups, client, ...rest);
      return { ...tokens, RefreshToken: signAgain(tokens.RefreshToken, { client_id: client.ClientId }) };
    },
  };
}

const unused = (): Promise<never> => Promise.reject(new Error("User pools on this machine run no triggers"));
const noLambda = { enabled: () => false, invoke: unused };
const noEncryption = {
  encrypt: unused,
  get keyringNode(): never {
    throw new Error("User pools on this machine encrypt nothing");
  },
};

/** An error of the library as Cognito answers it; any other as it is. */
export function asAnswer(error: unknown): unknown {
  if (error instanceof CognitoError) return new AwsError(error.code, 400, error.message);
  if (error instanceof UnsupportedError) {
    return new AwsError("UnsupportedOperationException", 400, `Not served on this machine: ${error.message}`);
  }
  return error;
}

/** Makes the pool with the id given, for which the library's own CreateUserPool has no place. */
export async function addUserPool(
  { cognito }: CognitoLibrary,
  { id, schema, settings }: ReturnType<typeof readUserPool>,
): Promise<string> {
  const now = new Date();
  const standard = (USER_POOL_AWS_DEFAULTS.SchemaAttributes ?? []).map(
    (attribute) => schema.find(({ Name }) => Name === attribute.Name) ?? attribute,
  );
  const custom = schema
    .filter(({ Name }) => !standard.some((attribute) => attribute.Name === Name))
    .map((attribute) => ({ ...attribute, Name: `custom:${attribute.Name}` }));
  const region = id.split("_")[0] ?? "";
  await cognito.createUserPool(context, {
    ...settings,
    Id: id,
    Arn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${id}`,
    CreationDate: now,
    LastModifiedDate: now,
    SchemaAttributes: [...standard, ...custom],
  });
  return id;
}

/** Makes the client, with the id given if there is one. */
export async function addUserPoolClient(
  { cognito }: CognitoLibrary,
  { id, settings }: ReturnType<typeof readUserPoolClient>,
): Promise<string> {
  const pool = await cognito.getUserPool(context, settings.UserPoolId);
  const now = new Date();
  const client = { ...settings, ClientId: id ?? newId(), CreationDate: now, LastModifiedDate: now };
  await pool.saveAppClient(context, client);
  return client.ClientId;
}

/** Tokens for a user who has proven to be himself, with exactly these scopes. */
export async function issueTokens(
  { cognito, tokenGenerator }: CognitoLibrary,
  { clientId, username, scope }: { clientId: string; username: string; scope: string },
): Promise<Tokens | undefined> {
  const pool = await cognito.getUserPoolForClientId(context, clientId);
  const [client, user] = [
    await cognito.getAppClient(context, clientId),
    await pool.getUserByUsername(context, username),
  ];
  if (!client || !user?.Enabled) return undefined;
  const groups = await pool.listUserGroupMembership(context, user);
  const tokens = await tokenGenerator.generate(context, user, groups, client, undefined, "HostedAuth");
  await pool.storeRefreshToken(context, tokens.RefreshToken, user);
  // cognito-local knows one scope only.
  return { ...tokens, AccessToken: signAgain(tokens.AccessToken, { scope }) };
}

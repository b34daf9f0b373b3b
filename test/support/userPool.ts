import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { type LocalCognito, startCognito } from "../../local/cognito/server";
import { Session } from "../../local/session";
import { errorOf } from "./rejection";

export const UserPoolId = "us-east-1_a1b2c3d4e";
export const password = "Correct-horse-1";

export const poolInputs = {
  id: UserPoolId,
  name: "dev-pool",
  mfaConfiguration: "OFF",
  adminCreateUserConfig: { allowAdminCreateUserOnly: true },
  usernameConfiguration: { caseSensitive: false },
  passwordPolicy: {
    minimumLength: 12,
    requireLowercase: true,
    requireUppercase: true,
    requireNumbers: true,
    requireSymbols: true,
    temporaryPasswordValidityDays: 7,
  },
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
  deletionProtection: "INACTIVE",
  tags: { Project: "groundwork" },
};

export const clientInputs = {
  name: "dev-app-public",
  userPoolId: UserPoolId,
  generateSecret: false,
  explicitAuthFlows: [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
  ],
  enableTokenRevocation: true,
  preventUserExistenceErrors: "ENABLED",
};

/** What a test works with: one pool, its client for password sign-in, and an administrator. */
export interface UserPoolFixture {
  readonly cognito: LocalCognito;
  readonly client: CognitoIdentityProviderClient;
  readonly clientId: string;
  /** What Cognito would have sent by mail, the newest last. */
  readonly messages: string[];
  addUser(
    username: string,
    options?: { permanent?: boolean; attributes?: Readonly<Record<string, string>> },
  ): Promise<string>;
  signIn(username: string, password?: string): Promise<InitiateAuthCommandOutput>;
  refresh(token: string): Promise<InitiateAuthCommandOutput>;
  tokens(username: string): Promise<{
    access: string;
    id: string;
    refreshToken: string;
    expiresIn: number | undefined;
    type: string | undefined;
  }>;
  close(): Promise<void>;
}

export async function startUserPool(inputs: object = poolInputs): Promise<UserPoolFixture> {
  const session = new Session();
  const messages: string[] = [];
  const cognito = await startCognito(session, ({ text }) => void messages.push(text));
  await cognito.createUserPool({ ...inputs });
  const clientId = cognito.createUserPoolClient(clientInputs);
  const client = new CognitoIdentityProviderClient({
    endpoint: cognito.url,
    region: "us-east-1",
    credentials: session.credentials,
    maxAttempts: 1,
  });
  session.onClose(() => Promise.resolve(client.destroy()));
  const initiate = (
    AuthFlow: "USER_PASSWORD_AUTH" | "REFRESH_TOKEN_AUTH",
    parameters: Record<string, string>,
  ) => client.send(new InitiateAuthCommand({ ClientId: clientId, AuthFlow, AuthParameters: parameters }));
  const signIn = (USERNAME: string, PASSWORD = password) =>
    initiate("USER_PASSWORD_AUTH", { USERNAME, PASSWORD });
  return {
    cognito,
    client,
    clientId,
    messages,
    async addUser(Username, { permanent = true, attributes = { "custom:username": "bob" } } = {}) {
      const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
      const request = { UserPoolId, Username, UserAttributes, TemporaryPassword: password };
      await client.send(new AdminCreateUserCommand({ ...request, MessageAction: "SUPPRESS" }));
      if (!permanent) return Username;
      await client.send(
        new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: password, Permanent: true }),
      );
      return Username;
    },
    signIn,
    refresh: (REFRESH_TOKEN) => initiate("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN }),
    async tokens(username) {
      const { AuthenticationResult: result } = await signIn(username);
      const { AccessToken: access = "", IdToken: id = "", RefreshToken: refreshToken = "" } = result ?? {};
      return { access, id, refreshToken, expiresIn: result?.ExpiresIn, type: result?.TokenType };
    },
    close: () => session.close(),
  };
}

export const claims = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

/** The name of Cognito's error with its message. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  const { name, message } = await errorOf(promise);
  return `${name}: ${message}`;
}

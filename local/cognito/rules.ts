import { type JsonWebKey, createPublicKey, randomUUID, verify } from "node:crypto";
import type { CognitoService } from "cognito-local/lib/services/cognitoService";
import type { Context } from "cognito-local/lib/services/context";
import type { User, UserPool, UserPoolService } from "cognito-local/lib/services/userPoolService";
import { z } from "zod";
import { AwsError } from "../http";

/*
 * What Cognito checks and cognito-local doesn't, in front of it. Errors are those of Cognito, by name and in
 * words, because programs and people go by both.
 */

const attributeList = z.array(z.object({ Name: z.string(), Value: z.string().default("") })).optional();
const strings = z.record(z.string(), z.string()).optional();
const text = z.string().optional();

/** What the rules read of a request; the rest passes through. */
const requestSchema = z.looseObject({
  AccessToken: text,
  AuthFlow: text,
  AuthParameters: strings,
  ChallengeName: text,
  ChallengeResponses: strings,
  ClientId: text,
  GroupName: text,
  MessageAction: text,
  Password: text,
  ProposedPassword: text,
  Session: text,
  TemporaryPassword: text,
  Token: text,
  UserAttributes: attributeList,
  UserPoolId: text,
  Username: text,
});
export type CognitoRequest = z.infer<typeof requestSchema>;

const responseSchema = z.looseObject({
  Session: text,
  AuthenticationResult: z.looseObject({ AccessToken: z.string(), RefreshToken: text }).optional(),
});

/** Answers one request of the operation named, as cognito-local does it. */
type Route = (operation: string, request: CognitoRequest) => Promise<unknown>;

interface Asked {
  readonly operation: string;
  readonly request: CognitoRequest;
  readonly pool: UserPoolService;
}

/**
 * Wraps the rules of Cognito around the routes.
 * @param jwk the public key (JWK) that tokens are signed with
 * @returns a function that answers an operation, or throws AwsError
 */
export function withRules(
  route: Route,
  cognito: CognitoService,
  ctx: Context,
  jwk: JsonWebKey,
): (operation: string, body: unknown) => Promise<unknown> {
  const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
  /** Sessions of challenges that wait for their answer, with the user's name. */
  const challenges = new Map<string, string>();

  return async (operation, body) => {
    const parsed = requestSchema.safeParse(body);
    if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
    const pool = await poolOf(parsed.data);
    // An operation on no certain pool, such as ListUserPools, has no rules.
    if (!pool) return route(operation, parsed.data);
    const asked = { operation, request: normalized(operation, parsed.data, pool.options), pool };
    checkPasswords(asked);
    checkAttributes(asked);
    await checkOperation(asked);
    await checkUser(asked);
    return complete(asked, await route(operation, asked.request));
  };

  async function poolOf(request: CognitoRequest): Promise<UserPoolService | undefined> {
    if (request.UserPoolId !== undefined) return cognito.getUserPool(ctx, request.UserPoolId);
    const clientId = request.ClientId ?? (request.AccessToken && clientOf(request.AccessToken));
    return clientId === undefined ? undefined : cognito.getUserPoolForClientId(ctx, clientId);
  }

  /** The client of an access token; one that is forged or too old is refused. */
  function clientOf(token: string): string {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const genuine = verify(
      "RSA-SHA256",
      Buffer.from(`${header}.${payload}`),
      key,
      Buffer.from(signature, "base64url"),
    );
    const claims = genuine ? accessClaims.safeParse(decode(payload)) : undefined;
    if (!claims?.success) throw notAuthorized("Invalid Access Token");
    if (claims.data.exp * 1000 < Date.now()) throw notAuthorized("Access Token has expired");
    return claims.data.client_id;
  }

  /** What a refresh token says, and whose it is; undefined for one that was never given or is revoked. */
  async function refreshClaimsOf(pool: UserPoolService, token = "") {
    const user = await pool.getUserByRefreshToken(ctx, token);
    return user ? { user, ...refreshClaims.parse(decode(token.split(".")[1] ?? "")) } : undefined;
  }

  /** cognito-local answers some operations on a user who isn't there as if the caller had no right to them. */
  async function checkUser({ operation, request, pool }: Asked): Promise<void> {
    if (!operation.startsWith("Admin") || operation === "AdminCreateUser" || !request.Username) return;
    if (await pool.getUserByUsername(ctx, request.Username)) return;
    throw new AwsError("UserNotFoundException", 400, "User does not exist.");
  }

  async function checkOperation(asked: Asked): Promise<void> {
    const { operation, request, pool } = asked;
    switch (operation) {
      case "SignUp":
        if (pool.options.AdminCreateUserConfig?.AllowAdminCreateUserOnly !== true) return;
        throw notAuthorized("SignUp is not permitted for this user pool");
      case "CreateGroup":
        if (!(await pool.getGroupByGroupName(ctx, request.GroupName ?? ""))) return;
        throw new AwsError("GroupExistsException", 400, "A group with the name already exists.");
      case "InitiateAuth":
      case "AdminInitiateAuth":
        return checkSignIn(asked);
      case "RevokeToken": {
        const claims = await refreshClaimsOf(pool, request.Token);
        if (!claims) throw notAuthorized("Invalid Refresh Token");
        if (claims.client_id === request.ClientId) return;
        throw new AwsError("UnauthorizedException", 400, "The token is not this client's");
      }
      case "RespondToAuthChallenge": {
        const name = challenges.get(request.Session ?? "");
        challenges.delete(request.Session ?? "");
        if (name !== undefined && name === request.ChallengeResponses?.USERNAME) return;
        throw notAuthorized("Invalid session for the user.");
      }
    }
  }

  async function checkSignIn({ request, pool }: Asked): Promise<void> {
    const client = await cognito.getAppClient(ctx, request.ClientId ?? "");
    const flow = request.AuthFlow === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : (request.AuthFlow ?? "");
    if (client?.ExplicitAuthFlows?.includes(`ALLOW_${flow}`) !== true) {
      throw invalid(`${flow} flow not enabled for this client`);
    }
    if (flow === "REFRESH_TOKEN_AUTH") {
      const claims = await refreshClaimsOf(pool, request.AuthParameters?.REFRESH_TOKEN);
      if (!claims || claims.client_id !== request.ClientId) throw notAuthorized("Invalid Refresh Token");
      if (claims.exp * 1000 <= Date.now()) throw notAuthorized("Refresh Token has expired");
      checkEnabled(claims.user);
      return;
    }
    const { USERNAME: name, PASSWORD: password } = request.AuthParameters ?? {};
    if (name === undefined || password === undefined)
      throw invalid("Missing required parameter USERNAME or PASSWORD");
    const user = await pool.getUserByUsername(ctx, name);
    if (!user && client.PreventUserExistenceErrors === "LEGACY") {
      throw new AwsError("UserNotFoundException", 400, "User does not exist.");
    }
    if (user?.Password !== password) throw notAuthorized("Incorrect username or password.");
    checkEnabled(user);
  }

  /** Adds what Cognito answers and cognito-local leaves out, and remembers what later requests refer to. */
  async function complete({ request, pool }: Asked, answer: unknown): Promise<unknown> {
    const response = responseSchema.safeParse(answer);
    if (!response.success) return answer;
    const { Session: session, AuthenticationResult: tokens } = response.data;
    const name = request.AuthParameters?.USERNAME ?? request.ChallengeResponses?.USERNAME;
    if (session !== undefined && name !== undefined) challenges.set(session, name);
    if (!tokens) return answer;
    if (request.ChallengeName !== undefined && tokens.RefreshToken !== undefined) {
      const user = await pool.getUserByUsername(ctx, name ?? "");
      if (user) await pool.storeRefreshToken(ctx, tokens.RefreshToken, user);
    }
    const claims = accessClaims.parse(decode(tokens.AccessToken.split(".")[1] ?? ""));
    return {
      ...response.data,
      AuthenticationResult: { ...tokens, ExpiresIn: claims.exp - claims.iat, TokenType: "Bearer" },
    };
  }
}

const accessClaims = z.object({
  client_id: z.string(),
  exp: z.number(),
  iat: z.number(),
  token_use: z.literal("access"),
});

/** `client_id` stands in it since local/cognito/library.ts put it there. */
const refreshClaims = z.object({ client_id: z.string(), exp: z.number() });

const decode = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));

const invalid = (message: string): AwsError => new AwsError("InvalidParameterException", 400, message);

const notAuthorized = (message: string): AwsError => new AwsError("NotAuthorizedException", 400, message);

function checkEnabled(user: User): void {
  if (!user.Enabled) throw notAuthorized("User is disabled.");
}

/**
 * The request with names in lower case where case doesn't count. A new user gets no message, because nobody would
 * send it, and a temporary password that nobody knows if the request has none.
 */
function normalized(operation: string, request: CognitoRequest, pool: UserPool): CognitoRequest {
  const result =
    operation === "AdminCreateUser"
      ? {
          ...request,
          MessageAction: "SUPPRESS",
          TemporaryPassword: request.TemporaryPassword ?? `Aa1!${randomUUID()}`,
        }
      : request;
  if (pool.UsernameConfiguration?.CaseSensitive !== false) return result;
  const lower = (values: Record<string, string> | undefined) =>
    values?.USERNAME === undefined ? values : { ...values, USERNAME: values.USERNAME.toLowerCase() };
  return {
    ...result,
    Username: result.Username?.toLowerCase(),
    AuthParameters: lower(result.AuthParameters),
    ChallengeResponses: lower(result.ChallengeResponses),
  };
}

/** Cognito checks a password where it is set, never where it is used to sign in. */
function checkPasswords({ operation, request, pool }: Asked): void {
  const passwords = [
    operation === "ChangePassword" ? request.ProposedPassword : request.Password,
    request.TemporaryPassword,
    request.ChallengeResponses?.NEW_PASSWORD,
  ];
  const policy = pool.options.Policies?.PasswordPolicy ?? {};
  const rules: readonly [applies: boolean | undefined, pattern: RegExp, problem: string][] = [
    [true, new RegExp(`^.{${policy.MinimumLength ?? 8},}$`, "su"), "Password not long enough"],
    [policy.RequireUppercase, /[A-Z]/, "Password must have uppercase characters"],
    [policy.RequireLowercase, /[a-z]/, "Password must have lowercase characters"],
    [policy.RequireNumbers, /[0-9]/, "Password must have numeric characters"],
    [
      policy.RequireSymbols,
      /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/,
      "Password must have symbol characters",
    ],
  ];
  for (const password of passwords) {
    const broken = rules.find(
      ([applies, pattern]) => password !== undefined && applies && !pattern.test(password),
    );
    if (!broken) continue;
    throw new AwsError("InvalidPasswordException", 400, `Password did not conform with policy: ${broken[2]}`);
  }
}

/** cognito-local itself refuses to update an attribute that is unknown or immutable. */
function checkAttributes({ request, pool }: Asked): void {
  for (const { Name: name, Value: value } of request.UserAttributes ?? []) {
    const attribute = pool.options.SchemaAttributes?.find((schema) => schema.Name === name);
    if (!attribute) throw invalid(`${name}: Attribute does not exist in the schema.`);
    const { MinLength: min = "0", MaxLength: max = "2048" } = attribute.StringAttributeConstraints ?? {};
    const length = Array.from(value).length;
    const wrong =
      length < Number(min)
        ? `minimum length of ${min}`
        : length > Number(max)
          ? `maximum length of ${max}`
          : "";
    if (wrong && attribute.AttributeDataType === "String") {
      throw invalid(`Attributes did not conform to the schema: ${name}: String must have ${wrong}`);
    }
  }
}

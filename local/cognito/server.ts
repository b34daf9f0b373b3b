import { mkdirSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { GroundworkError } from "../../infra/error";
import { AwsError, asAwsError, isSigned, listen, readBody, sendJson } from "../http";
import {
  readResourceServer,
  readUserGroup,
  readUserPool,
  readUserPoolClient,
  readUserPoolDomain,
} from "./inputs";
import { withRules } from "./rules";
import type { HostedUi } from "./hostedUi";
import type { Session } from "../session";

/** Cognito's user pools on this machine. The inputs are those of Pulumi's resources, camelCase and resolved. */
export interface LocalCognito {
  /** For `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER`. */
  readonly url: string;
  /** The `iss` of a pool's tokens; its keys are at `<issuer>/.well-known/jwks.json`, as on AWS. */
  issuer(userPoolId: string): string;
  /** Makes an aws:cognito/userPool:UserPool with the `id` among its inputs, such as `us-east-1_a1b2c3d4e`. */
  createUserPool(inputs: Inputs): Promise<string>;
  /** Makes an aws:cognito/userPoolClient:UserPoolClient and answers with its id: the one given, or a new one. */
  createUserPoolClient(inputs: Inputs): Promise<string>;
  /** Makes an aws:cognito/userGroup:UserGroup and answers with its name. */
  createGroup(inputs: Inputs): Promise<string>;
  /** Makes an aws:cognito/resourceServer:ResourceServer, whose scopes clients may then have. */
  createResourceServer(inputs: Inputs): void;
  /** Makes an aws:cognito/userPoolDomain:UserPoolDomain and answers with the URL of the pool's hosted UI. */
  createUserPoolDomain(inputs: Inputs): string;
}

type Inputs = Readonly<Record<string, unknown>>;

/** Answers an operation of Cognito's API with what its JSON holds, or throws AwsError. */
type Call = (operation: string, body: unknown) => Promise<unknown>;

/**
 * Serves Cognito's API on 127.0.0.1 at a free port until the session closes. Behind it stands cognito-local, whose
 * signing key is public: a token from here proves nothing to anyone else.
 *
 * The methods throw GroundworkError for inputs that can't be had on this machine.
 */
export async function startCognito(session: Session): Promise<LocalCognito> {
  // 0.2 s and 25 MB that only who wants a pool should pay.
  const { addUserPool, addUserPoolClient, asAnswer, context, signingKey, startLibrary } =
    await import("./library");
  const { HostedUi } = await import("./hostedUi");
  const { Grants } = await import("./hostedUiGrants");
  const dir = join(session.dir, "cognito");
  // Passwords lie in it as they are; the session's folder is readable by all.
  mkdirSync(dir, { mode: 0o700 });
  let call: Call = () => Promise.reject(new AwsError("ServiceUnavailable", 503, "Cognito is starting"));
  let hostedUi: HostedUi | undefined = undefined;
  const url = await listen(session, async (request, response) => {
    try {
      const asked = new URL(request.url ?? "/", url);
      if (hostedUi?.serves(asked.pathname)) return await hostedUi.handle(request, response, asked);
      sendJson(response, 200, await answer(request, url, signingKey, call));
    } catch (error) {
      const { code, message, statusCode } = asAwsError(error);
      sendJson(response, statusCode, { __type: code, message });
    }
  });
  const library = await startLibrary(dir, url);
  const ruled = withRules(library.route, library.cognito, context, signingKey);
  const native: Call = (operation, body) =>
    ruled(operation, body).catch((error: unknown) => {
      throw asAnswer(error);
    });
  const grants = new Grants(library, native);
  call = grants.initiateAuth;
  const domains = new Set<string>();
  const scopes = new Map<string, string[]>();
  hostedUi = new HostedUi(library, native, grants, (userPoolId) => domains.has(userPoolId));
  return {
    url,
    issuer: (userPoolId) => `${url}/${userPoolId}`,
    createUserPool: async (inputs) => addUserPool(library, readUserPool(inputs)),
    createUserPoolClient: async (inputs) => {
      const client = readUserPoolClient(inputs);
      const known = [...ownScopes, ...(scopes.get(client.settings.UserPoolId) ?? [])];
      const unknown = client.settings.AllowedOAuthScopes.filter((scope) => !known.includes(scope));
      if (unknown.length > 0) {
        throw new GroundworkError(
          `Client ${client.settings.ClientName} asks for scopes that no resource server has: ${unknown.join(", ")}`,
        );
      }
      return addUserPoolClient(library, client);
    },
    createResourceServer: (inputs) => {
      const { userPoolId, identifier, scopes: made } = readResourceServer(inputs);
      const names = made.map(({ scopeName }) => `${identifier}/${scopeName}`);
      scopes.set(userPoolId, [...(scopes.get(userPoolId) ?? []), ...names]);
    },
    createUserPoolDomain: (inputs) => {
      domains.add(readUserPoolDomain(inputs).userPoolId);
      return url;
    },
    createGroup: async (inputs) => {
      const group = readUserGroup(inputs);
      await call("CreateGroup", group);
      return group.GroupName;
    },
  };
}

/** The scopes that every pool has. */
const ownScopes = ["openid", "profile", "email", "phone", "aws.cognito.signin.user.admin"];

async function answer(
  request: IncomingMessage,
  url: string,
  signingKey: object,
  call: Call,
): Promise<unknown> {
  const [, pool, document] = /^\/([\w-]+)\/\.well-known\/([\w.-]+)$/.exec(request.url ?? "") ?? [];
  if (document === "jwks.json") return { keys: [signingKey] };
  if (document === "openid-configuration") {
    const issuer = `${url}/${pool}`;
    return {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      authorization_endpoint: `${url}/oauth2/authorize`,
      token_endpoint: `${url}/oauth2/token`,
      revocation_endpoint: `${url}/oauth2/revoke`,
      response_types_supported: ["code"],
      scopes_supported: ["openid", "profile", "email", "phone"],
      token_endpoint_auth_methods_supported: ["none"],
      id_token_signing_alg_values_supported: ["RS256"],
      subject_types_supported: ["public"],
    };
  }
  const body = await readBody(request);
  const [, operation] = String(request.headers["x-amz-target"]).split(".");
  if (request.method !== "POST" || operation === undefined) {
    throw new AwsError("UnknownOperationException", 404, "Not an operation of Cognito user pools");
  }
  if (!forUsers.has(operation) && !isSigned(request)) {
    throw new AwsError("MissingAuthenticationTokenException", 400, "Missing Authentication Token");
  }
  return withEpochSeconds(await call(operation, parseJson(body)));
}

/** What takes a password or a token; everything else is for an administrator, who signs his requests. */
const forUsers = new Set([
  ...["ChangePassword", "ConfirmForgotPassword", "ConfirmSignUp", "DeleteUser", "DeleteUserAttributes"],
  ...["ForgotPassword", "GetUser", "InitiateAuth", "RespondToAuthChallenge", "RevokeToken", "SignUp"],
  ...["UpdateUserAttributes"],
]);

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    throw new AwsError("SerializationException", 400, "The request body is not JSON");
  }
}

/** AWS's JSON protocol has dates as seconds since 1970, JSON.stringify as text. */
function withEpochSeconds(value: unknown): unknown {
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (Array.isArray(value)) return value.map(withEpochSeconds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withEpochSeconds(member)]));
}

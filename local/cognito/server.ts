import type { IncomingMessage, ServerResponse } from "node:http";
import { GroundworkError } from "../../infra/error";
import { addressOf, asAwsError, listen, parseJson, readBody, sendJson } from "../http";
import { own } from "../own";
import type { Credentials, Session } from "../session";
import { checkSignature, sha256 } from "../signature";
import { refusal } from "./errors";
import { HostedUi } from "./hostedUi";
import {
  readResourceServer,
  readUserGroup,
  readUserPool,
  readUserPoolClient,
  readUserPoolDomain,
} from "./inputs";
import { keepPools, restorePools } from "./keptUsers";
import { operations } from "./operations";
import { seedUsers } from "./seededUsers";
import { publicJwk } from "./signing";
import { type Message, type Pool, Store, addClient, addGroup } from "./store";
import { expired } from "./tokens";

/** Cognito's user pools on this machine. The inputs are those of Pulumi's resources, camelCase and resolved. */
export interface LocalCognito {
  /** For `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER`. */
  readonly url: string;
  /** The `iss` of a pool's tokens; its keys are at `<issuer>/.well-known/jwks.json`, as on AWS. */
  issuer(userPoolId: string): string;
  /** Makes an aws:cognito/userPool:UserPool with the `id` among its inputs, such as `us-east-1_a1b2c3d4e`. */
  createUserPool(inputs: Inputs): Promise<string>;
  /** Makes an aws:cognito/userPoolClient:UserPoolClient and answers with its id: the one given, or a new one. */
  createUserPoolClient(inputs: Inputs): string;
  /** The secret of a client; "" of one that has none, as Pulumi's provider has it. */
  clientSecret(clientId: string): string;
  /** Makes an aws:cognito/userGroup:UserGroup and answers with its name. */
  createGroup(inputs: Inputs): string;
  /** Makes an aws:cognito/resourceServer:ResourceServer, whose scopes clients may then have. */
  createResourceServer(inputs: Inputs): void;
  /** Makes an aws:cognito/userPoolDomain:UserPoolDomain and answers with the URL of the pool's hosted UI. */
  createUserPoolDomain(inputs: Inputs): string;
  /** Gives the pools what they held in the last run, and from here on keeps what they hold. */
  keep(file: string): void;
  /** Makes the users and groups of a file, in each pool. */
  seed(file: string): void;
}

type Inputs = Readonly<Record<string, unknown>>;

/**
 * Serves Cognito's API and hosted UI on 127.0.0.1 until the session closes, at a free port or the one given. Each
 * pool signs with a key of its own, made at random: a token from here proves nothing to anyone else.
 *
 * The methods throw GroundworkError for inputs that can't be had on this machine.
 *
 * @param deliver takes what Cognito would send by mail or SMS; shown on stderr unless told
 */
export async function startCognito(
  session: Session,
  deliver = showMessage,
  port?: number,
): Promise<LocalCognito> {
  let keptFile: string | undefined;
  const keep = (): void => {
    try {
      if (keptFile !== undefined) keepPools(store.pools.values(), keptFile);
    } catch (error) {
      process.stderr.write(`Users could not be kept in ${keptFile}: ${(error as Error).message}\n`);
    }
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Before the answer is out: whoever has it may end the environment.
    if (mayChange(request)) response.once("prefinish", keep);
    try {
      const asked = addressOf(request, url);
      // Any page may read the answers, as on AWS, of those that may call at all. The pages that know a browser by its
      // cookie are opened, not fetched.
      if (!/^\/(login|logout|oauth2\/authorize)$/.test(asked.pathname)) {
        response.setHeader("access-control-allow-origin", "*");
        response.setHeader("access-control-expose-headers", exposedHeaders);
        if (request.method === "OPTIONS") return sendPreflight(request, response);
      }
      if (hostedUi.serves(asked.pathname)) return await hostedUi.handle(request, response, asked);
      const [, poolId, document] = /^\/([\w-]+)\/(.+)$/.exec(asked.pathname) ?? [];
      if (poolId === undefined)
        return sendJson(response, 200, await callOperation(request, store, session.credentials));
      const about = await poolDocument(request, url, store.pool(poolId), document);
      sendJson(response, 200, about, { "content-type": "application/json" });
    } catch (error) {
      const { code, message, statusCode } = asAwsError(error);
      sendJson(response, statusCode, { __type: code, message });
    }
  };
  const url = await listen(session, serve, { isOfApp: (origin) => isOfApp(store, origin), port });
  const store = new Store(url, deliver);
  const hostedUi = new HostedUi(store);
  return {
    url,
    issuer: (userPoolId) => `${url}/${userPoolId}`,
    createUserPool: async (inputs) => (await store.addPool(readUserPool(inputs))).id,
    createUserPoolClient: (inputs) => {
      const client = readUserPoolClient(inputs);
      const pool = store.pool(client.userPoolId);
      const unknown = client.allowedOauthScopes.filter((scope) => !pool.scopes.has(scope));
      if (unknown.length > 0) {
        throw new GroundworkError(
          `Client ${client.name} asks for scopes that no resource server has: ${unknown.join(", ")}`,
        );
      }
      return addClient(pool, client).id;
    },
    clientSecret: (clientId) => store.client(clientId).client.secret ?? "",
    createGroup: (inputs) => {
      const { userPoolId, name: groupName, region: _region, ...settings } = readUserGroup(inputs);
      return addGroup(store.pool(userPoolId), { groupName, ...settings }).groupName;
    },
    createResourceServer: (inputs) => {
      const { userPoolId, identifier, scopes } = readResourceServer(inputs);
      for (const { scopeName } of scopes) store.pool(userPoolId).scopes.add(`${identifier}/${scopeName}`);
    },
    createUserPoolDomain: (inputs) => {
      store.pool(readUserPoolDomain(inputs).userPoolId).hasDomain = true;
      return url;
    },
    keep: (file) => {
      restorePools(store.pools.values(), file);
      keptFile = file;
      keep();
    },
    seed: (file) => {
      for (const pool of store.pools.values()) seedUsers(pool, file);
      keep();
    },
  };
}

/** Whether a sign-in of some client may end at the origin, which makes it an app's own. */
function isOfApp({ pools }: Store, origin: string): boolean {
  const clients = [...pools.values()].flatMap((pool) => [...pool.clients.values()]);
  const apps = clients.flatMap(({ callbackUrls }) => callbackUrls.filter((url) => /^https?:/.test(url)));
  return apps.some((url) => new URL(url).origin === origin);
}

const exposedHeaders = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";

function sendPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, {
    "access-control-allow-headers": headers["access-control-request-headers"] ?? "*",
    "access-control-allow-methods": "GET,POST,OPTIONS",
    "access-control-max-age": "172800",
  });
  response.end();
}

function showMessage({ username, to, text }: Message): void {
  process.stderr.write(`Cognito would write to ${username} at ${to}: ${text}\n`);
}

/** Whether what pools hold may be another afterwards: pages are opened, and most operations that get something only do. */
function mayChange({ method, headers }: IncomingMessage): boolean {
  const reads = /\.(Admin)?(Describe|List|Get(?!TokensFromRefreshToken|UserAttributeVerificationCode))/;
  return method === "POST" && !reads.test(String(headers["x-amz-target"]));
}

async function callOperation(
  request: IncomingMessage,
  store: Store,
  credentials: Credentials,
): Promise<unknown> {
  const body = await readBody(request);
  const name = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
  const operation = own(operations, name);
  if (request.method !== "POST" || !operation) throw refusal("operationUnknown", name);
  if (operation.isSigned) {
    checkSignature(request, { credentials, service: "cognito-idp", payloadHash: sha256(body) });
  }
  return operation.run(store, parseJson(body));
}

/** What a pool publishes, below its issuer. */
async function poolDocument(
  request: IncomingMessage,
  url: string,
  pool: Pool,
  path: string | undefined,
): Promise<unknown> {
  const { issuer, key } = pool;
  switch (`${request.method} ${path}`) {
    case "GET .well-known/jwks.json":
      return { keys: [publicJwk(key)] };
    case "GET .well-known/openid-configuration":
      return {
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        id_token_signing_alg_values_supported: ["RS256"],
        response_types_supported: ["code", "token"],
        scopes_supported: ["openid", "email", "phone", "profile"],
        subject_types_supported: ["public"],
        ...(pool.hasDomain && {
          authorization_endpoint: `${url}/oauth2/authorize`,
          end_session_endpoint: `${url}/logout`,
          revocation_endpoint: `${url}/oauth2/revoke`,
          token_endpoint: `${url}/oauth2/token`,
          token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
          userinfo_endpoint: `${url}/oauth2/userInfo`,
        }),
      };
    // Not of AWS, where who wants to try an expired token waits for an hour.
    case "POST expired-token":
      return { token: expired(pool, (await readBody(request)).toString()) };
    default:
      throw refusal("operationUnknown", path);
  }
}

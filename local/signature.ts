import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AwsError } from "./http";
import { isSame } from "./isSame";
import type { Credentials } from "./session";

/** A signature that is good, and what those of its body's chunks go on from. */
export interface Signature {
  readonly value: string;
  readonly date: string;
  readonly scope: string;
  readonly key: Buffer;
}

/** What a request says of its signature: in the header Authorization, or for S3 in the query. */
interface Claim {
  readonly accessKeyId: string;
  /** `20260131/us-east-1/s3/aws4_request` */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly value: string;
  /** `20260131T120000Z` */
  readonly date: string;
  /** Seconds that it is good for; undefined for what is signed to be sent at once. */
  readonly expires?: number;
}

interface Asked {
  readonly credentials: Credentials;
  /** As signatures name it: `s3`, `cognito-idp`. */
  readonly service: string;
  /** The body's SHA-256 in hex; for S3 what the request says of it. */
  readonly payloadHash: string;
  /** Milliseconds since 1970. */
  readonly now?: number;
}

/** Seconds that a client's clock may be off, and a signature may be good for: a week. */
const skew = 15 * 60;
const longest = 604_800;

/**
 * Checks that a request is signed with the credentials, for any region: Signature Version 4, as AWS documents it.
 * @throws AwsError for what is wrong, by the name that the service gives it
 */
export function checkSignature(request: IncomingMessage, asked: Asked): Signature {
  const { credentials, service, payloadHash, now = Date.now() } = asked;
  const [path = "", search = ""] = (request.url ?? "/").split(/\?(.*)/s);
  const query = queryOf(search, service);
  const claim = claimOf(request, new Map(query), service);
  const { accessKeyId, signedHeaders, date, scope } = claim;
  if (accessKeyId !== credentials.accessKeyId) throw refusal("unknownKey", service);
  checkTime(claim, service, now);
  // What a header asks for has to be signed as well.
  const asking = Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"));
  if (!["host", ...asking].every((name) => signedHeaders.includes(name))) throw refusal("mismatch", service);
  const canonicalRequest = [
    request.method,
    canonicalPath(path, service),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${headerOf(request, name)}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
  const secret: string | Buffer = `AWS4${credentials.secretAccessKey}`;
  const key = scope.split("/").reduce<string | Buffer>(hmac, secret) as Buffer;
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonicalRequest)];
  const value = hmac(key, toSign.join("\n")).toString("hex");
  if (!isSame(value, claim.value)) throw refusal("mismatch", service);
  return { value, date, scope, key };
}

/** The signature of a part of a chunked body, which goes on from the one before it. */
export function partSignature(
  { key, date, scope }: Signature,
  kind: "PAYLOAD" | "TRAILER",
  before: string,
  hash: string,
): string {
  const hashes = kind === "PAYLOAD" ? [sha256(""), hash] : [hash];
  return hmac(key, [`AWS4-HMAC-SHA256-${kind}`, date, scope, before, ...hashes].join("\n")).toString("hex");
}

export const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function queryOf(search: string, service: string): [name: string, value: string][] {
  try {
    return search
      .split("&")
      .filter(Boolean)
      .map((pair) => {
        const [name = "", value = ""] = pair.split(/=(.*)/s).map(decodeURIComponent);
        return [name, value];
      });
  } catch {
    throw refusal("malformed", service);
  }
}

function claimOf(request: IncomingMessage, query: ReadonlyMap<string, string>, service: string): Claim {
  const inQuery = query.has("X-Amz-Signature");
  const { authorization } = request.headers;
  if (authorization === undefined && !(inQuery && service === "s3")) throw refusal("unsigned", service);
  if (inQuery && (authorization !== undefined || isForm(request))) throw refusal("malformed", service);
  const parameter = (name: string): string => query.get(`X-Amz-${name}`) ?? "";
  const [, credential = "", headers = "", value = ""] = inQuery
    ? ["", parameter("Credential"), parameter("SignedHeaders"), parameter("Signature")]
    : (authorizationHeader.exec(authorization ?? "") ?? []);
  const date = inQuery ? parameter("Date") : String(request.headers["x-amz-date"]);
  const [, accessKeyId = "", scope = "", day, named] =
    /^([^/]+)\/((\d{8})\/[^/]+\/([^/]+)\/aws4_request)$/.exec(credential) ?? [];
  const isWhole = named === service && /^\d{8}T\d{6}Z$/.test(date) && date.startsWith(day ?? " ");
  if (!isWhole) throw refusal("malformed", service);
  const claim = { accessKeyId, scope, signedHeaders: headers.split(";"), value, date };
  if (!inQuery) return claim;
  const expires = Number(parameter("Expires") || NaN);
  const isKnown = parameter("Algorithm") === "AWS4-HMAC-SHA256" && expires >= 1 && expires <= longest;
  if (!isKnown) throw refusal("malformed", service);
  return { ...claim, expires };
}

const authorizationHeader =
  /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/;

/** The bodies that a page of another site can make a browser post, to an address that it was given. */
const isForm = ({ method, headers }: IncomingMessage): boolean =>
  method === "POST" &&
  /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)/i.test(
    headers["content-type"] ?? "",
  );

function checkTime({ date, expires }: Claim, service: string, now: number): void {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const age = (now - Date.parse(iso)) / 1000;
  if (expires !== undefined && age > expires) throw new AwsError("AccessDenied", 403, "Request has expired");
  if (!(age >= -skew && age <= (expires ?? skew))) throw refusal("skewed", service);
}

/** S3 takes a path as it is; elsewhere what was encoded for the way is encoded again. */
function canonicalPath(path: string, service: string): string {
  const parts = path.split("/");
  return parts.map((part) => encoded(service === "s3" ? decodeURIComponent(part) : part)).join("/");
}

function canonicalQuery(query: readonly (readonly [string, string])[]): string {
  return query
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1))
    .map((pair) => pair.join("="))
    .join("&");
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const headerOf = ({ headersDistinct }: IncomingMessage, name: string): string =>
  (headersDistinct[name] ?? []).map((value) => value.trim().replace(/ +/g, " ")).join(",");

const different =
  "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
const incomplete = "The authorization is not one of Signature Version 4 for this service.";
const howToGetKeys = "npm run local -- --env prints the keys of the environment on this machine.";

/** What S3 and EC2 call what is wrong, and what the services do whose bodies are JSON. */
const refusals = {
  unsigned: ["AccessDenied", "MissingAuthenticationTokenException", "The request is not signed."],
  unknownKey: ["InvalidAccessKeyId", "UnrecognizedClientException", `The key is not known. ${howToGetKeys}`],
  mismatch: ["SignatureDoesNotMatch", "InvalidSignatureException", different],
  skewed: ["RequestTimeTooSkewed", "InvalidSignatureException", "The request's time is too far from now."],
  malformed: ["AuthorizationHeaderMalformed", "IncompleteSignatureException", incomplete],
} as const;

function refusal(kind: keyof typeof refusals, service: string): AwsError {
  const [inXml, inJson, message] = refusals[kind];
  if (service === "ec2") return new AwsError("AuthFailure", 401, message);
  if (service === "s3") return new AwsError(inXml, kind === "malformed" ? 400 : 403, message);
  // Lambda's API of paths says 403, the others, as to whatever a client does, 400.
  return new AwsError(inJson, service === "lambda" ? 403 : 400, message);
}

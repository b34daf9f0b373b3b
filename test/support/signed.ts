import { S3Client } from "@aws-sdk/client-s3";
import type { Credentials } from "../../local/session";

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A `fetch` with a signature that the SDK's own signer makes. */
export async function signedFetch(
  credentials: Credentials,
  service: string,
  url: string,
  { method = "POST", headers = {}, body = "" }: Sent = {},
): Promise<Response> {
  const signer = await signerOf(credentials, service);
  const signed = await signer.sign({
    ...partsOf(url),
    method,
    headers: { ...hostOf(url), ...headers },
    body,
  });
  const { host: _host, ...rest } = signed.headers;
  return fetch(url, { method, headers: rest, ...(body !== "" && { body }) });
}

/** An address of S3's that is signed for some time, in seconds. */
export async function presigned(
  credentials: Credentials,
  url: string,
  { method = "GET", expiresIn = 60, signingDate = new Date() } = {},
): Promise<string> {
  const signer = await signerOf(credentials, "s3");
  const headers = { ...hostOf(url), "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const { query = {} } = await signer.presign(
    { ...partsOf(url), method, headers },
    { expiresIn, signingDate },
  );
  return `${url.split("?")[0]}?${new URLSearchParams(query as Record<string, string>).toString()}`;
}

interface Signer {
  sign(request: object): Promise<{ headers: Record<string, string> }>;
  presign(request: object, options: object): Promise<{ query?: object }>;
}

async function signerOf(credentials: Credentials, signingName: string): Promise<Signer> {
  const { signer } = new S3Client({ region: "us-east-1", credentials }).config;
  const scheme = { name: "sigv4", signingName, signingRegion: "us-east-1", properties: {} };
  // Its types know the signer that was given; the one that the client makes takes a scheme.
  return await (signer as unknown as (scheme: object) => Promise<Signer>)(scheme);
}

function partsOf(url: string) {
  const { protocol, hostname, port, pathname: path, searchParams } = new URL(url);
  return { protocol, hostname, port: Number(port), path, query: Object.fromEntries(searchParams) };
}

const hostOf = (url: string): { host: string } => ({ host: new URL(url).host });

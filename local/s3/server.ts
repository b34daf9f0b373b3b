import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { S3Event } from "aws-lambda";
import { AwsError, asAwsError, listen } from "../http";
import type { Session } from "../session";
import { checkSignature } from "../signature";
import { bucketLocation, headBucket, listObjects } from "./buckets";
import type { Call, Fault } from "./call";
import { Callers } from "./callers";
import { abortUpload, completeUpload, createUpload, uploadPart } from "./multipart";
import { type CreatedBy, type NotificationFilter, notificationOf, passes } from "./notification";
import { copyObject, deleteObject, deleteObjects, getObject, putObject } from "./objects";
import { Bucket, type NewObject, type ObjectVersion } from "./store";
import { sendError, sendXml } from "./xml";

/** A request as a fault decision sees it. */
export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  /** "" where the bucket itself is meant. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** The Range header. */
  readonly range: string | undefined;
}

/**
 * @param traceId the X-Amzn-Trace-Id of the request that made the object, by which Lambda knows a function that
 *   writes into the bucket it is started from
 */
type Listener = (notification: S3Event, traceId: string | undefined) => void;

interface Subscription {
  readonly bucket: string;
  readonly filter: NotificationFilter;
  readonly listener: Listener;
}

/**
 * An S3 endpoint for path-style requests, every bucket of it versioned. To a role that may not list a bucket its list
 * and a missing object are 403, as on AWS. What is not served is answered with NotImplemented, never ignored.
 */
export class LocalS3 {
  /** The endpoint; "" until it listens. */
  url = "";
  /** Asked at every request: what goes wrong with it. Undefined: nothing. */
  fault: ((request: S3Request) => Fault | undefined) | undefined;
  readonly callers = new Callers();
  private readonly buckets = new Map<string, Bucket>();
  private subscriptions: Subscription[] = [];
  private sequence = 0;

  constructor(
    private readonly session: Session,
    private readonly region: string,
    private readonly keepIn: string | undefined,
  ) {}

  /** Creates a bucket; one that exists already is kept as it is. */
  createBucket(name: string): void {
    if (this.buckets.has(name)) return;
    // A bucket's name is a folder's name here, so it must be one.
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new AwsError("InvalidBucketName", 400, "The specified bucket is not valid.", {
        BucketName: name,
      });
    }
    const dir = join(this.keepIn ?? join(this.session.dir, "s3"), name);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.buckets.set(name, new Bucket(name, dir, this.keepIn !== undefined));
  }

  /**
   * Tells `listener` of every object that is created in a bucket and passes the filter, before the writer gets
   * its answer.
   */
  onObjectCreated(bucket: string, filter: NotificationFilter, listener: Listener): void {
    this.subscriptions.push({ bucket, filter, listener });
  }

  /** Whoever listened to the bucket does no more. */
  clearNotification(bucket: string): void {
    this.subscriptions = this.subscriptions.filter((subscription) => subscription.bucket !== bucket);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID().replace(/-/g, "").slice(0, 16).toUpperCase();
    response.setHeader("x-amz-request-id", requestId);
    response.setHeader("x-amz-id-2", requestId);
    try {
      await this.answer(request, response, requestId);
    } catch (error) {
      // Once the answer is on its way a broken connection is the only sign that is left.
      if (response.headersSent) response.destroy();
      else sendError(response, asAwsError(error), requestId);
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const { bucketName, key, query } = parseTarget(request.url ?? "/");
    const payloadHash = payloadHashOf(request, query);
    const { credentials } = this.session;
    const signature = checkSignature(request, { credentials, service: "s3", payloadHash });
    const fault = this.decideFault({
      method: request.method ?? "",
      bucket: bucketName,
      key,
      query,
      range: request.headers.range,
    });
    if (typeof fault === "object" && "cutAfterBytes" in fault && !(request.method === "GET" && key !== "")) {
      response.destroy();
      return;
    }
    checkQuery(query);
    if (bucketName === "") return this.listBuckets(response);
    if (request.method === "PUT" && key === "") return this.putBucket(bucketName, response);
    const call: Call = {
      ...{ request, response, signature, payloadHash },
      query,
      key,
      fault,
      bucket: this.findBucket(bucketName),
      findBucket: (name) => this.findBucket(name),
      publish: (object, createdBy) => this.publish(call, object, createdBy, requestId),
    };
    if (key === "") return this.answerBucket(call);
    try {
      await answerObject(call);
    } catch (error) {
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax
      const isHidden = asAwsError(error).code === "NoSuchKey" && !this.callers.mayList(request, bucketName);
      throw isHidden ? accessDenied() : error;
    }
  }

  private decideFault(request: S3Request): Fault | undefined {
    const fault = this.fault?.(request);
    if (fault === "500") throw new AwsError("InternalError", 500, "We encountered an internal error.");
    if (fault === "slow-down") throw new AwsError("SlowDown", 503, "Please reduce your request rate.");
    return fault;
  }

  private async answerBucket(call: Call): Promise<void> {
    const { bucket, request, query } = call;
    const isRead = request.method === "HEAD" || (request.method === "GET" && !query.has("location"));
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html asks for the same right as a list.
    if (isRead && !this.callers.mayList(request, bucket.name)) throw accessDenied();
    if (request.method === "HEAD") headBucket(call, this.region);
    else if (request.method === "GET" && query.has("location")) bucketLocation(call, this.region);
    else if (request.method === "GET") listObjects(call);
    else if (request.method === "POST" && query.has("delete")) await deleteObjects(call);
    else if (request.method === "DELETE") this.deleteBucket(call);
    else throw notImplemented(call);
  }

  private findBucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket) return bucket;
    throw new AwsError("NoSuchBucket", 404, "The specified bucket does not exist", { BucketName: name });
  }

  private putBucket(name: string, response: ServerResponse): void {
    this.createBucket(name);
    response.writeHead(200, { location: `/${name}` }).end();
  }

  private deleteBucket({ bucket, response }: Call): void {
    if (!bucket.isEmpty) {
      throw new AwsError("BucketNotEmpty", 409, "The bucket you tried to delete is not empty");
    }
    this.buckets.delete(bucket.name);
    response.writeHead(204).end();
  }

  private listBuckets(response: ServerResponse): void {
    const buckets = [...this.buckets.values()];
    const Bucket = buckets.map(({ name, created }) => ({ Name: name, CreationDate: created.toISOString() }));
    sendXml(response, "ListAllMyBucketsResult", { Buckets: { Bucket } });
  }

  private publish(call: Call, object: NewObject, createdBy: CreatedBy, requestId: string): ObjectVersion {
    const version = call.bucket.put(object);
    const bucket = call.bucket.name;
    const about = { region: this.region, bucket, version, createdBy, requestId, sequence: ++this.sequence };
    const traceId = call.request.headers["x-amzn-trace-id"] as string | undefined;
    for (const { bucket: watched, filter, listener } of this.subscriptions) {
      if (watched === bucket && passes(filter, version.key, createdBy)) {
        listener(notificationOf(about), traceId);
      }
    }
    return version;
  }
}

/** Starts an S3 endpoint on this machine; objects are files in the session's folder. */
/** @param options keepIn: a folder that keeps objects from one run to the next; else they are the session's own */
export async function startS3(
  session: Session,
  { region = "us-east-1", keepIn }: { region?: string; keepIn?: string | undefined } = {},
): Promise<LocalS3> {
  const s3 = new LocalS3(session, region, keepIn);
  s3.url = await listen(session, (request, response) => s3.handle(request, response));
  return s3;
}

async function answerObject(call: Call): Promise<void> {
  const { query } = call;
  switch (call.request.method ?? "") {
    case "GET":
    case "HEAD":
      if (query.has("uploadId")) throw notImplemented(call);
      return getObject(call);
    case "PUT":
      if (query.has("uploadId")) return uploadPart(call);
      return call.request.headers["x-amz-copy-source"] === undefined ? putObject(call) : copyObject(call);
    case "POST":
      if (query.has("uploads")) return createUpload(call);
      if (query.has("uploadId")) return completeUpload(call);
      throw notImplemented(call);
    case "DELETE":
      return query.has("uploadId") ? abortUpload(call) : deleteObject(call);
    default:
      throw notImplemented(call);
  }
}

/** Not by `new URL`, which would resolve the `..` and `.` that a key may contain. */
function parseTarget(target: string): { bucketName: string; key: string; query: URLSearchParams } {
  const [path = "", search = ""] = target.split(/\?(.*)/s);
  const [, bucketName = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  try {
    return { bucketName, key: decodeURIComponent(key), query: new URLSearchParams(search) };
  } catch {
    throw new AwsError("InvalidURI", 400, "Couldn't parse the specified URI.");
  }
}

/** What the request says of its body; an address that was signed says nothing, unless it names it. */
function payloadHashOf({ headers }: IncomingMessage, query: URLSearchParams): string {
  const said = query.get("X-Amz-Content-Sha256") ?? headers["x-amz-content-sha256"];
  const isKnown =
    /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-(UNSIGNED-PAYLOAD|AWS4-HMAC-SHA256-PAYLOAD)(-TRAILER)?)$/;
  if (said === undefined) return "UNSIGNED-PAYLOAD";
  if (isKnown.test(String(said))) return String(said);
  throw new AwsError(
    "InvalidArgument",
    400,
    "x-amz-content-sha256 is neither a SHA-256 nor a word for none.",
  );
}

/** Subresources (`?tagging`, `?acl`, …) are named in the query: one taken for the object itself would harm it. */
const SERVED = new Set([
  ...["list-type", "prefix", "delimiter", "start-after", "continuation-token", "max-keys", "encoding-type"],
  ...["fetch-owner", "delete", "location", "uploads", "uploadId", "partNumber", "versionId", "x-id"],
]);

function checkQuery(query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (!SERVED.has(name) && !name.toLowerCase().startsWith("x-amz-")) {
      throw new AwsError("NotImplemented", 501, `?${name} is not served on this machine`);
    }
  }
}

const accessDenied = (): AwsError => new AwsError("AccessDenied", 403, "Access Denied");

function notImplemented({ request, query }: Call): AwsError {
  const what = [request.method, ...query.keys()].join(" ");
  return new AwsError("NotImplemented", 501, `${what} is not served on this machine`);
}

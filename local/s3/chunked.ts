import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { AwsError } from "../http";
import { isSame } from "../isSame";
import { type Signature, partSignature } from "../signature";

const LONGEST_LINE = 8 * 1024;

/**
 * Decodes `aws-chunked` bodies, which SDK clients send to put a checksum after the data: chunks of
 * `size[;chunk-signature=…]\r\n data \r\n`, a chunk of size 0, then trailing headers. Where the request's signature
 * is given, each chunk has to be signed, and so have the trailers: each signature goes on from the one before.
 */
export class AwsChunkedDecoder extends Transform {
  /** The trailing headers by lower-case name; complete once the stream has ended. */
  readonly trailers = new Map<string, string>();
  private state: "size" | "data" | "data-end" | "trailers" | "end" = "size";
  private line = "";
  private remaining = 0;
  /** Of the chunk, or of the trailers, where they have to be signed. */
  private hash = createHash("sha256");
  /** What the chunk that is read says is its signature, and the signature before it. */
  private said = "";
  private before: string;

  constructor(private readonly signature?: Signature) {
    super();
    this.before = signature?.value ?? "";
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      for (let at = 0; at < chunk.length;) {
        at = this.state === "data" ? this.takeData(chunk, at) : this.takeLinePart(chunk, at);
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      if (this.state === "trailers") this.endTrailers();
      if (this.state !== "end")
        throw new AwsError("IncompleteBody", 400, "The body ends in the middle of a chunk");
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  private takeData(chunk: Buffer, at: number): number {
    const data = chunk.subarray(at, at + this.remaining);
    this.push(data);
    if (this.signature) this.hash.update(data);
    this.remaining -= data.length;
    if (this.remaining === 0) this.state = "data-end";
    return at + data.length;
  }

  /** A line may be cut anywhere by the network, so its parts are gathered until the line feed. */
  private takeLinePart(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(0x0a, at);
    this.line += chunk.toString("latin1", at, end === -1 ? chunk.length : end);
    if (this.line.length > LONGEST_LINE) throw invalid("a line that is too long");
    if (end === -1) return chunk.length;
    const line = this.line.trimEnd();
    this.line = "";
    this.takeLine(line);
    return end + 1;
  }

  private takeLine(line: string): void {
    switch (this.state) {
      case "size":
        this.startChunk(line);
        break;
      case "data-end":
        if (line !== "") throw invalid("data longer than its chunk");
        this.checkSignature("PAYLOAD");
        this.state = "size";
        break;
      case "trailers":
        this.takeTrailer(line);
        break;
      case "data":
      case "end":
        throw invalid("data after its end");
    }
  }

  private startChunk(line: string): void {
    const [, size, said = ""] = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]+)|;.*)?$/i.exec(line) ?? [];
    if (size === undefined) throw invalid(`the chunk size ${JSON.stringify(line)}`);
    this.remaining = parseInt(size, 16);
    this.said = said;
    this.state = this.remaining === 0 ? "trailers" : "data";
    if (this.remaining === 0) this.checkSignature("PAYLOAD");
  }

  private takeTrailer(line: string): void {
    const colon = line.indexOf(":");
    if (line === "") this.endTrailers();
    else if (colon === -1) throw invalid(`the trailer ${JSON.stringify(line)}`);
    else this.trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }

  private endTrailers(): void {
    this.state = "end";
    this.said = this.trailers.get("x-amz-trailer-signature") ?? "";
    const signed = [...this.trailers].filter(([name]) => name !== "x-amz-trailer-signature");
    if (signed.length === 0) return;
    this.hash.update(signed.map(([name, value]) => `${name}:${value}\n`).join(""));
    this.checkSignature("TRAILER");
  }

  private checkSignature(kind: "PAYLOAD" | "TRAILER"): void {
    if (!this.signature) return;
    this.before = partSignature(this.signature, kind, this.before, this.hash.digest("hex"));
    this.hash = createHash("sha256");
    if (isSame(this.before, this.said)) return;
    throw new AwsError("SignatureDoesNotMatch", 403, "A chunk of the body is not signed as it should be.");
  }
}

function invalid(what: string): AwsError {
  return new AwsError("InvalidRequest", 400, `The aws-chunked body has ${what}`);
}

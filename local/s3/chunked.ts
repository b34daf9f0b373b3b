import { Transform, type TransformCallback } from "node:stream";
import { AwsError } from "../http";

const LONGEST_LINE = 8 * 1024;

/**
 * Decodes `aws-chunked` bodies, which SDK clients send to put a checksum after the data: chunks of
 * `size[;chunk-signature=…]\r\n data \r\n`, a chunk of size 0, then trailing headers. Signatures are not
 * checked: there is no secret on this machine to check them with.
 */
export class AwsChunkedDecoder extends Transform {
  /** The trailing headers by lower-case name; complete once the stream has ended. */
  readonly trailers = new Map<string, string>();
  private state: "size" | "data" | "data-end" | "trailers" | "end" = "size";
  private line = "";
  private remaining = 0;

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
    const complete = this.state === "trailers" || this.state === "end";
    done(complete ? null : new AwsError("IncompleteBody", 400, "The body ends in the middle of a chunk"));
  }

  private takeData(chunk: Buffer, at: number): number {
    const data = chunk.subarray(at, at + this.remaining);
    this.push(data);
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
    const size = /^([0-9a-f]{1,12})(;|$)/i.exec(line)?.[1];
    if (size === undefined) throw invalid(`the chunk size ${JSON.stringify(line)}`);
    this.remaining = parseInt(size, 16);
    this.state = this.remaining === 0 ? "trailers" : "data";
  }

  private takeTrailer(line: string): void {
    const colon = line.indexOf(":");
    if (line === "") this.state = "end";
    else if (colon === -1) throw invalid(`the trailer ${JSON.stringify(line)}`);
    else this.trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
}

function invalid(what: string): AwsError {
  return new AwsError("InvalidRequest", 400, `The aws-chunked body has ${what}`);
}

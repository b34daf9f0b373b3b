import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";

/** One line of a log, as CloudWatch Logs hands it out. */
export interface LogEvent {
  readonly logStreamName: string;
  readonly eventId: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/**
 * What one execution environment writes. The process has the file itself as stdout and stderr, so nothing is
 * lost when it dies, and nothing passes through this process.
 */
export class LogStream {
  /** Where the lines of the service itself begin that `events` has not read yet, and when they were written. */
  private readonly marks: { readonly at: number; readonly time: number }[] = [];
  /** What `events` has found in the first `read` bytes, and when the next line was written at the earliest. */
  private readonly found: LogEvent[] = [];
  private read = 0;
  private time = Date.now();
  /** When the service's own line before the next one was written. */
  private began = this.time;

  constructor(
    readonly file: string,
    private readonly name: string,
  ) {
    mkdirSync(dirname(file), { recursive: true });
  }

  /** Bytes written so far. */
  get size(): number {
    return existsSync(this.file) ? statSync(this.file).size : 0;
  }

  write(line: string): void {
    this.marks.push({ at: this.size, time: Date.now() });
    appendFileSync(this.file, `${line}\n`);
  }

  /** Opens the file for a child process for as long as `use` takes: a child has its own copy of the descriptor. */
  lend<T>(use: (fd: number) => T): T {
    const fd = openSync(this.file, "a");
    try {
      return use(fd);
    } finally {
      closeSync(fd);
    }
  }

  /** The end of what was written since the log had `from` bytes, at most `limit` bytes. */
  tail(from: number, limit: number): Buffer {
    const fd = openSync(this.file, "r");
    try {
      const { size } = fstatSync(fd);
      const start = Math.max(from, size - limit);
      const bytes = Buffer.alloc(Math.max(0, size - start));
      readSync(fd, bytes, 0, bytes.length, start);
      return bytes;
    } finally {
      closeSync(fd);
    }
  }

  text(): string {
    return readFileSync(this.file, "utf8");
  }

  /**
   * Each line that is whole, with its time: the one that it begins with, as those of Lambda's runtime and of the
   * functions do; else that of the line before it, and no earlier than the last look, which did not find it yet.
   */
  events(): readonly LogEvent[] {
    const bytes = this.size > this.read ? this.tail(this.read, Infinity) : Buffer.alloc(0);
    const now = Date.now();
    let at = 0;
    for (let end; (end = bytes.indexOf("\n", at)) !== -1; at = end + 1) {
      while ((this.marks[0]?.at ?? Infinity) <= this.read + at)
        this.time = this.began = this.marks.shift()!.time;
      const message = bytes.toString("utf8", at, end);
      const own = Date.parse(ownTime.exec(message)?.[1] ?? "");
      // Any other is that of some data.
      if (own >= this.began && own <= now) this.time = own;
      const eventId = `${this.name}:${this.read + at}`;
      this.found.push({ logStreamName: this.name, eventId, timestamp: this.time, message });
    }
    this.read += at;
    this.time = now;
    return this.found;
  }
}

/** Of a line of the runtime's, `2026-01-31T12:00:00.000Z\t…`, or of one that is JSON. */
const ownTime = /^(?:\{"timestamp":")?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)/;

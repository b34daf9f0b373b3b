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
  /** Where the lines of the service itself begin, and when they were written. */
  private readonly marks: { readonly at: number; readonly time: number }[] = [];

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

  /** Each line with its time: that of the line of the service before it, for a process writes no times. */
  events(): LogEvent[] {
    const events: LogEvent[] = [];
    let at = 0;
    let mark = 0;
    for (const message of this.size === 0 ? [] : this.text().split("\n").slice(0, -1)) {
      while (mark + 1 < this.marks.length && this.marks[mark + 1]!.at <= at) mark++;
      const timestamp = this.marks[mark]?.time ?? 0;
      events.push({ logStreamName: this.name, eventId: `${this.name}:${at}`, timestamp, message });
      at += Buffer.byteLength(message) + 1;
    }
    return events;
  }
}

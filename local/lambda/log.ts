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

/**
 * What one execution environment writes. The process has the file itself as stdout and stderr, so nothing is
 * lost when it dies, and nothing passes through this process.
 */
export class LogStream {
  constructor(readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
  }

  /** Bytes written so far. */
  get size(): number {
    return existsSync(this.file) ? statSync(this.file).size : 0;
  }

  write(line: string): void {
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
}

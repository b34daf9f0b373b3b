import type { JobsRequest } from "../../functions/jobs/request";
import type { ChaosTarget } from "./target";

/** The files of a trial: one content again and again, under keys of their own. */
export class Files {
  /** Of those whose rows must be there at the end, the oldest first. */
  readonly keys: string[] = [];
  /** Of each of them. */
  etag = "";
  private uploads = 0;

  constructor(
    private readonly target: ChaosTarget,
    private readonly prefix: string,
    readonly content: Buffer,
  ) {}

  /** @returns the new file's key */
  async upload(): Promise<string> {
    const key = `${this.prefix}-${++this.uploads}.csv`;
    this.etag = await this.target.put(key, this.content);
    this.keys.push(key);
    return key;
  }

  /** A newer version of a file, that can't be loaded. */
  async replace(key: string): Promise<void> {
    await this.target.put(key, Buffer.from("not,the,header\n1,2,3\n"));
  }

  /** A person takes up a job, or starts it where its event was lost with all its retries. */
  async resume(key: string): Promise<void> {
    await this.ask("resume", key);
  }

  /** A person takes a file's rows out again. */
  async undo(key: string): Promise<void> {
    const { functionError, payload } = await this.ask("undo", key);
    if (functionError) throw new Error(`${key} was not undone: ${payload}`);
    this.keys.splice(this.keys.indexOf(key), 1);
  }

  private ask(action: "resume" | "undo", key: string): ReturnType<ChaosTarget["lambda"]["invoke"]> {
    const { lambda, jobsFunctionName, bucket } = this.target;
    const request: JobsRequest = { action, bucket, key, etag: this.etag };
    return lambda.invoke(jobsFunctionName, request);
  }
}

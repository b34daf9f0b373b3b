import { setTimeout as sleep } from "node:timers/promises";
import type { Faults } from "./faults";
import type { Files } from "./files";
import type { ChaosTarget } from "./target";

/** Faults that come out of the blue, to processes and to the database. */
export class ProcessFaults {
  constructor(
    private readonly target: ChaosTarget,
    private readonly draw: () => number,
    private readonly faults: Faults,
    private readonly files: Files,
  ) {}

  /** One after a moment, until the signal. */
  async strikeUntil(signal: AbortSignal): Promise<void> {
    const { draw, faults, files } = this;
    let replaced = false;
    while (!signal.aborted) {
      await sleep(50 + draw() * 600, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const drawn = draw();
      if (drawn < 0.68) this.signal("SIGKILL");
      // Its time runs out before it knows.
      else if (drawn < 0.72) this.signal("SIGSTOP");
      else if (drawn < 0.8) await this.repeatEvent();
      else if (drawn < 0.84) await this.restart("fast");
      else if (drawn < 0.88) await this.restart("immediate");
      else if (drawn < 0.94) await this.endConnections();
      else if (!replaced && (await this.hasJob(files.keys[0]!))) {
        replaced = true;
        await files.replace(files.keys[0]!);
        faults["object replaced"]++;
      }
    }
  }

  private signal(signal: "SIGKILL" | "SIGSTOP"): void {
    const { pids } = this.target.lambda.processes(this.target.functionName);
    const pid = pids[Math.floor(this.draw() * pids.length)];
    if (pid !== undefined) process.kill(pid, signal);
  }

  private async hasJob(key: string): Promise<boolean> {
    return (await this.target.sql("SELECT FROM ingest_jobs WHERE key = $1", [key])).length > 0;
  }

  /** An event that came before, and once more: with an offset from long ago, or one that never was. */
  private async repeatEvent(): Promise<void> {
    const { target, files } = this;
    const { keys, content } = files;
    const key = keys[Math.floor(this.draw() * keys.length)]!;
    const [job] = await target.sql<{ etag: string; version_id: string | null }>(
      "SELECT etag, version_id FROM ingest_jobs WHERE key = $1 ORDER BY id LIMIT 1",
      [key],
    );
    if (!job) return;
    const offset = Math.floor(this.draw() * 2 * content.length);
    const event = { bucket: target.bucket, key, etag: job.etag, versionId: job.version_id, offset };
    await target.lambda.invoke(target.functionName, event, "Event");
    this.faults["old event"]++;
  }

  private async restart(mode: "fast" | "immediate"): Promise<void> {
    await this.target.restart(mode);
    this.faults[mode === "fast" ? "PostgreSQL restart" : "PostgreSQL crash"]++;
  }

  private async endConnections(): Promise<void> {
    const ended = await this.target.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() AND application_name = $1",
      [this.target.functionName],
    );
    if (ended.length > 0) this.faults["connections ended"]++;
  }
}

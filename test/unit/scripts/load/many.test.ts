import { expect } from "chai";
import type { JobStatus, JobsRequest } from "../../../../functions/jobs/request";
import type { JobsClient } from "../../../../scripts/load/jobsClient";
import { type FileToLoad, loadMany } from "../../../../scripts/load/many";

/** The jobs function, as far as many files need it: a file that is begun is done at the next look. */
class Jobs {
  readonly known = new Map<string, Partial<JobStatus>>();
  most = 0;
  begun: string[] = [];

  file(key: string, begin?: () => Promise<void>): FileToLoad {
    return { key, etag: "1", size: 10, begin: begin ?? (() => this.begin(key)) };
  }

  begin(key: string, how = ""): Promise<void> {
    this.begun.push(how + key);
    this.known.set(key, { status: "running", offset: 5 });
    return Promise.resolve();
  }

  readonly ask = ((request: JobsRequest) => {
    if (request.action === "resume") return this.begin(request.key, "resumed ");
    const { files } = request as Extract<JobsRequest, { action: "statuses" }>;
    const running = [...this.known.values()].filter(({ status }) => status === "running").length;
    this.most = Math.max(this.most, running);
    const jobs = files.flatMap(({ key, etag }) => {
      const job = this.known.get(key);
      return job ? [{ key, etag, rows: 3, rejected: 1, reason: null, ...job }] : [];
    });
    for (const [key, job] of this.known)
      if (job.status === "running") this.known.set(key, { status: "done" });
    return Promise.resolve({ jobs });
  }) as unknown as JobsClient["ask"];
}

describe("many files", () => {
  const load = (
    files: FileToLoad[],
    jobs: Jobs,
    more: { atOnce?: number; patience?: number; givenUp?: string; asked?: () => void } = {},
  ) =>
    loadMany(files, {
      jobs,
      bucket: "b",
      atOnce: more.atOnce ?? 20,
      patience: more.patience ?? 60,
      quiet: 0,
      interval: 1,
      stack: "prod",
      givenUp: () => {
        more.asked?.();
        return Promise.resolve(() => more.givenUp);
      },
      progress: { update: () => undefined },
      stop: new AbortController().signal,
    });

  it("are loaded so many at once, and their rows counted", async () => {
    const jobs = new Jobs();
    const keys = Array.from({ length: 25 }, (_, i) => `f${i}`);
    const result = await load(
      keys.map((key) => jobs.file(key)),
      jobs,
      { atOnce: 4 },
    );
    expect(result).to.deep.equal({ done: 25, before: 0, rows: 75, rejected: 25, failed: [] });
    expect(jobs.begun).to.deep.equal(keys);
    expect(jobs.most).to.equal(4);
  });

  it("that were loaded before are passed over, those on their way only followed, those that failed told", async () => {
    const jobs = new Jobs();
    jobs.known.set("old", { status: "done" });
    jobs.known.set("going", { status: "running", offset: 1 });
    jobs.known.set("bad", { status: "failed", reason: "no header" });
    jobs.known.set("undone", { status: "undone" });
    const files = ["old", "going", "bad", "new", "undone"].map((key) => jobs.file(key));
    expect(await load(files, jobs)).to.deep.equal({
      done: 3,
      before: 1,
      rows: 9,
      rejected: 3,
      failed: [{ key: "bad", reason: "no header" }],
    });
    expect(jobs.begun).to.deep.equal(["new", "resumed undone"]);
  });

  it("that the function gave up on are told with its words", async () => {
    const jobs = new Jobs();
    const files = ["lost", "too"].map((key) => jobs.file(key, () => Promise.resolve()));
    let looks = 0;
    const { failed } = await load(files, jobs, { givenUp: "permission denied", asked: () => looks++ });
    const reason = "permission denied";
    expect(failed).to.deep.equal(["lost", "too"].map((key) => ({ key, reason })));
    expect(looks, "looks at the queue, which takes seconds").to.equal(1);
  });

  it("that don't move end the wait, with one of their names", async () => {
    const jobs = new Jobs();
    const file = jobs.file("lost", () => Promise.resolve());
    const error = await load([file], jobs, { patience: 0 }).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include(
      "1 files have not moved for 0 s, lost among them: npm run logs -- --stack prod says why",
    );
  });
});

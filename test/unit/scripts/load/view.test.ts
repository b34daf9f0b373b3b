import { expect } from "chai";
import type { JobStatus } from "../../../../functions/jobs/request";
import { listLines, reached } from "../../../../scripts/load/view";

describe("how far a job is", () => {
  const job: JobStatus = {
    ...{ job: "1", bucket: "b", key: "a.csv.gz", etag: "1", size: 100, offset: 40, rows: 1, rejected: 0 },
    ...{ skipped: 0, hops: 1, status: "running", table: "records", reason: null, seconds: 1 },
    ...{ startedAt: "2024-01-01T00:00:00.000Z", updatedAt: "2024-01-01T00:00:00.000Z" },
  };

  it("says the pace of each job, and how long one that runs still takes at it", () => {
    const halfway = { ...job, size: 1000, offset: 250, rows: 5000, seconds: 10 };
    const cells = (line?: string): string[] => line?.split(/ {2,}/) ?? [];
    const [titles, ...lines] = listLines(
      [halfway, { ...halfway, status: "failed" }, { ...halfway, offset: 0, rows: 0 }],
      "dev",
    );
    expect(cells(titles).slice(6, 9)).to.deep.equal(["time", "rows/s", "left"]);
    expect(cells(lines[0]).slice(6, 9)).to.deep.equal(["10.0 s", "500", "30.0 s"]);
    expect(cells(lines[1]).slice(7, 9)).to.deep.equal(["500", job.key]);
    expect(cells(lines[2]).slice(7, 9)).to.deep.equal(["0", job.key]);
  });

  it("is never beyond its file, whose packed bytes are fewer than those of its text, and whole when it is done", () => {
    expect(reached(job)).to.equal(40);
    expect(reached({ ...job, offset: 900 })).to.equal(100);
    expect(reached({ ...job, offset: 60, status: "done" })).to.equal(100);
    expect(listLines([{ ...job, offset: 900 }], "dev")[1]).to.match(/ 100% /);
  });

  it("is nothing where there is none, and the line says how to begin in this environment", () => {
    expect(listLines([], "prod")).to.deep.equal(["no jobs yet: npm run load -- FILE --stack prod"]);
  });
});

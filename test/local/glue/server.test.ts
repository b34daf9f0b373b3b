import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { type GlueJobSpec, type LocalGlue, type ScriptRun, startGlue } from "../../../local/glue/server";
import { Session } from "../../../local/session";
import { signedFetch } from "../../support/signed";

const job: GlueJobSpec = {
  name: "loader",
  script: "s3://code/job.py",
  modules: [],
  defaultArguments: { "--bucket": "files" },
  timeout: 1,
  maxRetries: 1,
  maxConcurrentRuns: 2,
};

/** A script that does what the test says: Spark itself is tried by test/glue. */
class Script {
  readonly runs: { given: Readonly<Record<string, string>>; end: (error?: string) => void }[] = [];
  problem: string | undefined;

  run(given: Readonly<Record<string, string>>): Promise<ScriptRun> {
    if (this.problem !== undefined) return Promise.reject(new Error(this.problem));
    const ended = new Promise<string | undefined>((end) => this.runs.push({ given, end }));
    return Promise.resolve({ ended, kill: () => this.runs.at(-1)?.end("killed") });
  }
}

describe("Glue on this machine", () => {
  let session: Session;
  let script: Script;
  let glue: LocalGlue;
  beforeEach(async () => {
    session = new Session();
    script = new Script();
    glue = await startGlue(session, (_job, given) => script.run(given));
    glue.createJob(job);
  });
  afterEach(() => session.close());

  const ask = async (operation: string, input: unknown): Promise<Record<string, unknown>> => {
    const headers = { "x-amz-target": `AWSGlue.${operation}` };
    const body = JSON.stringify(input);
    const answer = await signedFetch(session.credentials, "glue", glue.url, { headers, body });
    return (await answer.json()) as Record<string, unknown>;
  };
  const start = async (): Promise<string> => {
    const { JobRunId } = await ask("StartJobRun", { JobName: "loader", Arguments: { "--key": "a.csv" } });
    await sleep(0);
    return String(JobRunId);
  };
  const runOf = async (RunId: string) =>
    (await ask("GetJobRun", { JobName: "loader", RunId })).JobRun as Record<string, unknown>;

  it("runs the script with the arguments that a run was given, and tells how it went", async () => {
    const id = await start();
    expect(script.runs[0]?.given).to.deep.equal({ "--key": "a.csv" });
    expect(await runOf(id)).to.include({ JobRunState: "RUNNING", Attempt: 0, JobName: "loader" });
    script.runs[0]?.end();
    expect(await runOf(id)).to.include({ JobRunState: "SUCCEEDED" });
    expect(script.runs).to.have.length(1);
  });

  it("tries a run that failed again, as often as the job says", async () => {
    const id = await start();
    script.runs[0]?.end("no such file");
    expect(await runOf(id)).to.include({ JobRunState: "FAILED", ErrorMessage: "no such file" });
    expect(await runOf(`${id}_attempt_1`)).to.include({ JobRunState: "RUNNING", PreviousRunId: id });
    script.runs[1]?.end("no such file");
    const { JobRuns } = await ask("GetJobRuns", { JobName: "loader" });
    expect((JobRuns as { Id: string }[]).map(({ Id }) => Id)).to.deep.equal([`${id}_attempt_1`, id]);
  });

  it("says of a run what is missing where the script can't run here", async () => {
    script.problem = "install Java 17";
    expect(await runOf(await start())).to.include({ JobRunState: "FAILED", ErrorMessage: "install Java 17" });
  });

  it("stops a run that is told to stop, and doesn't try it again", async () => {
    const id = await start();
    await ask("BatchStopJobRun", { JobName: "loader", JobRunIds: [id] });
    expect(await runOf(id)).to.include({ JobRunState: "STOPPED" });
    expect(script.runs).to.have.length(1);
  });

  it("ends its runs with the session, and begins none then", async () => {
    await start();
    await session.close();
    expect(script.runs).to.have.length(1);
  });

  it("refuses more runs at once than the job allows, and jobs and runs that it doesn't know", async () => {
    await start();
    await start();
    const types = [
      await ask("StartJobRun", { JobName: "loader" }),
      await ask("StartJobRun", { JobName: "other" }),
      await ask("GetJobRun", { JobName: "loader", RunId: "jr_0" }),
    ].map(({ __type }) => __type);
    expect(types).to.deep.equal([
      "ConcurrentRunsExceededException",
      "EntityNotFoundException",
      "EntityNotFoundException",
    ]);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { validateWorkflow } from "@action-validator/core";
import { expect } from "chai";
import * as YAML from "yaml";
import { root } from "../../programs/programs";

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions?: Record<string, string>;
  readonly jobs: Record<string, { readonly "timeout-minutes"?: number; readonly steps: Step[] }>;
}

const folder = path.join(root, ".github/workflows");

describe("the workflows", () => {
  for (const file of readdirSync(folder)) {
    const workflow = YAML.parse(readFileSync(path.join(folder, file), "utf8")) as Workflow;
    const jobs = Object.values(workflow.jobs);

    it(`${file} is a workflow by GitHub's schema`, () => {
      expect(validateWorkflow(readFileSync(path.join(folder, file), "utf8")).errors).to.deep.equal([]);
    });

    it(`${file} pins every action by the hash of a commit`, () => {
      const used = jobs.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
      expect(used).to.not.be.empty;
      for (const action of used) expect(action).to.match(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
    });

    it(`${file} has AWS's session for as long as the job that uses it may run`, () => {
      for (const { steps, ...job } of jobs) {
        const session = steps.find(({ uses }) => uses?.startsWith("aws-actions/configure-aws-credentials@"));
        if (!session) continue;
        expect(Number(session.with?.["role-duration-seconds"] ?? 3600)).to.be.at.least(
          Number(job["timeout-minutes"]) * 60,
        );
      }
    });

    it(`${file} says what it may do, and for how long it may run`, () => {
      expect(workflow.permissions).to.be.an("object");
      for (const job of jobs) expect(job["timeout-minutes"]).to.be.a("number");
    });
  }
});

describe("the check of workflows", () => {
  it("finds a job without a machine to run on", () => {
    const broken = "on: push\njobs:\n  test:\n    runs_on: ubuntu-24.04\n    steps:\n      - run: 'true'\n";
    expect(validateWorkflow(broken).errors).to.not.be.empty;
  });
});

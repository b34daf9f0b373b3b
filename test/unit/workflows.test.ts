import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import * as YAML from "yaml";
import { root } from "../../local/programs";

interface Workflow {
  readonly permissions?: Record<string, string>;
  readonly jobs: Record<string, { readonly "timeout-minutes"?: number; readonly steps: { uses?: string }[] }>;
}

const folder = path.join(root, ".github/workflows");

describe("the workflows", () => {
  for (const file of readdirSync(folder)) {
    const workflow = YAML.parse(readFileSync(path.join(folder, file), "utf8")) as Workflow;
    const jobs = Object.values(workflow.jobs);

    it(`${file} pins every action by the hash of a commit`, () => {
      const used = jobs.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
      expect(used).to.not.be.empty;
      for (const action of used) expect(action).to.match(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
    });

    it(`${file} says what it may do, and for how long it may run`, () => {
      expect(workflow.permissions).to.be.an("object");
      for (const job of jobs) expect(job["timeout-minutes"]).to.be.a("number");
    });
  }
});

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { validateWorkflow } from "@action-validator/core";
import { expect } from "chai";
import * as YAML from "yaml";
import { githubConfig } from "../../infra/github/githubConfig";
import { root } from "../../programs/programs";

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly "timeout-minutes"?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly strategy?: { readonly matrix: { readonly environment?: readonly string[] } };
  /** Of another workflow that it calls, instead of steps. */
  readonly uses?: string;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: {
    readonly workflow_dispatch?: {
      readonly inputs: { readonly environment: { readonly options: string[] } };
    };
  };
  readonly permissions?: Record<string, string>;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = path.join(root, ".github/workflows");

const read = (file: string): Workflow =>
  YAML.parse(readFileSync(path.join(folder, file), "utf8")) as Workflow;

describe("the workflows", () => {
  for (const file of readdirSync(folder)) {
    const workflow = read(file);
    const jobs = Object.values(workflow.jobs);
    const steps = jobs.flatMap((job) => job.steps ?? []);

    it(`${file} is a workflow by GitHub's schema`, () => {
      expect(validateWorkflow(readFileSync(path.join(folder, file), "utf8")).errors).to.deep.equal([]);
    });

    it(`${file} pins every action by the hash of a commit`, () => {
      const used = steps.flatMap(({ uses }) => uses ?? []);
      expect(used).to.not.be.empty;
      for (const action of used) expect(action).to.match(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
    });

    it(`${file} has AWS's session for as long as the job that uses it may run`, () => {
      for (const { steps = [], ...job } of jobs) {
        const session = steps.find(({ uses }) => uses?.startsWith("aws-actions/configure-aws-credentials@"));
        if (!session) continue;
        expect(Number(session.with?.["role-duration-seconds"] ?? 3600)).to.be.at.least(
          Number(job["timeout-minutes"]) * 60,
        );
      }
    });

    it(`${file} says what it may do, and for how long it may run`, () => {
      expect(workflow.permissions).to.be.an("object");
      for (const job of jobs) if (job.uses === undefined) expect(job["timeout-minutes"]).to.be.a("number");
    });

    it(`${file} hands secrets to single steps alone, and runs no package's script before them`, () => {
      for (const { env } of [workflow, ...jobs]) expect(JSON.stringify(env ?? {})).to.not.include("secrets.");
      const installs = steps.filter(({ run }) => run?.includes("npm ci"));
      for (const { run } of installs) expect(run).to.equal("npm ci --ignore-scripts");
    });

    it(`${file} lets a cancelled run's signals through to what changes a stack`, () => {
      for (const { run = "" } of steps) {
        expect(run).to.not.match(/npm run (-s )?(deploy|destroy|refresh)/);
        if (run.includes("scripts/stacks ")) expect(run).to.match(/^exec node /);
      }
    });
  }
});

describe("a deployment by the workflows", () => {
  const deploy = read("deploy.yml");
  const drift = read("drift.yml");
  const environments = ["dev", "prod"];

  it("is of an environment that there is, for which there is a look for drift and a role", () => {
    expect(deploy.on.workflow_dispatch?.inputs.environment.options).to.deep.equal(environments);
    expect(drift.jobs.drift?.strategy?.matrix.environment).to.deep.equal(environments);
    expect(githubConfig.keys.environments.parse(undefined)).to.deep.equal(environments);
    for (const name of environments)
      expect(existsSync(path.join(root, `Pulumi.${name}.yaml`)), name).to.equal(true);
  });

  it("comes after the tests and a plan, made without what may deploy, and is that plan", () => {
    expect(deploy.jobs.test?.uses).to.equal("./.github/workflows/test.yml");
    expect(deploy.jobs.plan?.needs).to.equal("test");
    expect(deploy.jobs.deploy?.needs).to.equal("plan");
    expect(deploy.jobs.plan?.environment).to.match(/-plan$/);
    const commands = Object.values(deploy.jobs).flatMap(({ steps = [] }) =>
      steps.flatMap(({ run }) => run ?? []),
    );
    expect(commands.filter((run) => / --plans plans\b/.test(run))).to.have.length(2);
  });

  it("names the stack behind its organization where there is one, as a plan and a look for drift do", () => {
    const runs = [
      ...Object.values(deploy.jobs),
      ...Object.values(drift.jobs),
      ...Object.values(read("preview.yml").jobs),
    ]
      .flatMap(({ steps = [] }) => steps.flatMap(({ run }) => run ?? []))
      .filter((run) => run.includes("--stack"));
    expect(runs).to.have.length(4);
    for (const run of runs) {
      for (const [ORGANIZATION, stack] of [
        ["", "prod"],
        ["acme", "acme/prod"],
      ] as const) {
        // What it would start only says with what it was started.
        const script = run.replace(/exec node|npm run -s/g, "echo").replace(/ 2>&1 \| tee plan\.txt/, "");
        const env = { ORGANIZATION, ENVIRONMENT: "prod", PATH: process.env.PATH };
        const said = execFileSync("bash", ["-e", "-c", script], {
          env,
          encoding: "utf8",
          stdio: ["ignore", "pipe", "inherit"],
        });
        expect(said).to.match(new RegExp(` --stack ${stack}( |$)`, "m"));
      }
    }
  });

  it("is named in the docs with every variable and secret that its environments hold", () => {
    const docs = readFileSync(path.join(root, "docs/github.md"), "utf8");
    const named = readdirSync(folder).flatMap((file) =>
      [...readFileSync(path.join(folder, file), "utf8").matchAll(/\b(?:vars|secrets)\.(\w+)/g)].map(
        ([, name]) => name,
      ),
    );
    expect(new Set(named).size).to.be.above(5);
    for (const name of named) expect(docs).to.include(`\`${name}\``);
  });

  it("doesn't run beside a look for drift, and isn't cut off by another run", () => {
    const group = (text?: string): string | undefined => text?.replace(/\$\{\{.*\}\}/, "NAME");
    const [one, other] = [deploy.jobs.deploy?.concurrency, drift.jobs.drift?.concurrency];
    expect(group(one?.group)).to.equal("state-NAME").and.to.equal(group(other?.group));
    expect([one?.["cancel-in-progress"], other?.["cancel-in-progress"]]).to.deep.equal([false, false]);
  });
});

describe("the check of workflows", () => {
  it("finds a job without a machine to run on", () => {
    const broken = "on: push\njobs:\n  test:\n    runs_on: ubuntu-24.04\n    steps:\n      - run: 'true'\n";
    expect(validateWorkflow(broken).errors).to.not.be.empty;
  });
});

import * as path from "node:path";
import { expect } from "chai";
import { type Change, countChanges } from "../../../../scripts/stacks/events";
import {
  type Action,
  type Manner,
  asksBefore,
  cliArguments,
  resumeCommand,
  selectProjects,
} from "../../../../scripts/stacks/plan";

const names = (...args: Parameters<typeof selectProjects>) => selectProjects(...args).map((p) => p.project);

describe("the commands over all stacks", () => {
  it("go over the projects after those that they read, and destroy in reverse", () => {
    const order = ["networking", "database", "auth", "ingest", "groundwork"];
    expect(names("deploy")).to.deep.equal(order);
    expect(names("destroy")).to.deep.equal([...order].reverse());
  });

  it("keep that order whatever the order of --only", () => {
    expect(names("deploy", ["ingest", "database"])).to.deep.equal(["database", "ingest"]);
    expect(names("destroy", ["database", "ingest"])).to.deep.equal(["ingest", "database"]);
  });

  it("refuse a project that there isn't, and name those that there are", () => {
    expect(() => selectProjects("deploy", ["databse"])).to.throw(
      "There is no project databse: --only takes some of networking,database,auth,ingest,groundwork",
    );
  });

  it("change nothing unasked: only --yes is handed on as --yes", () => {
    const on = { stack: "dev", project: "auth" };
    const files = { events: "e", config: "c" };
    const common = ["--stack", "dev", "--event-log", "e", "--config-file", "c"];
    expect(cliArguments("deploy", on, {}, files)).to.deep.equal(["up", ...common]);
    expect(cliArguments("deploy", on, { yes: true }, files)).to.deep.equal(["up", ...common, "--yes"]);
    expect(cliArguments("preview", on, { yes: true }, files)).to.not.include("--yes");
    const looking = cliArguments("refresh", on, { yes: true, previewOnly: true }, files);
    expect(looking).to.deep.equal(["refresh", ...common, "--preview-only"]);
    // Destroy has asked for the environment's name by then.
    const destroy = ["destroy", ...common, "--yes", "--skip-preview"];
    expect(cliArguments("destroy", on, {}, files)).to.deep.equal(destroy);
    for (const action of ["deploy", "destroy", "refresh"] as const) {
      expect(asksBefore(action, {}), action).to.equal(true);
      expect(asksBefore(action, { yes: true }), action).to.equal(false);
    }
    expect(asksBefore("refresh", { previewOnly: true })).to.equal(false);
  });

  it("keep a plan of each project, and deploy nothing but that", () => {
    const on = { stack: "dev", project: "auth" };
    const manner = { plans: "kept plans", yes: true };
    const end = (action: "preview" | "deploy") =>
      cliArguments(action, on, manner, { events: "e", config: "c" }).slice(7);
    const file = path.resolve("kept plans/auth.json");
    expect(end("preview")).to.deep.equal(["--save-plan", file]);
    expect(end("deploy")).to.deep.equal(["--yes", "--plan", file]);
  });

  it("say how to go on after a failure, with the projects that are left", () => {
    expect(resumeCommand("deploy", "prod", selectProjects("deploy"), "auth", {})).to.equal(
      "npm run deploy -- --stack prod --only auth,ingest,groundwork",
    );
    expect(resumeCommand("destroy", "dev", selectProjects("destroy"), "database", {})).to.equal(
      "npm run destroy -- --stack dev --only database,networking",
    );
  });

  it("say so in the manner that was asked for, in words that a shell takes", () => {
    const resume = (action: Action, manner: Manner) =>
      resumeCommand(action, "dev", selectProjects(action, ["auth"]), "auth", manner).replace("npm run ", "");
    expect(resume("deploy", { yes: true, refresh: true, plans: "my plans" })).to.equal(
      "deploy -- --stack dev --only auth --yes --refresh --plans 'my plans'",
    );
    expect(resume("destroy", { yes: true, remove: true, refresh: false })).to.equal(
      "destroy -- --stack dev --only auth --yes --remove",
    );
    expect(resume("refresh", { previewOnly: true, pending: {} })).to.equal(
      "refresh -- --stack dev --only auth --preview-only",
    );
    expect(resume("refresh", { pending: { "s3.Bucket a": "b", "sqs.Queue q": "none" } })).to.equal(
      "refresh -- --stack dev --only auth --pending 's3.Bucket a=b' 'sqs.Queue q=none'",
    );
    expect(resume("init", { secretsProvider: "awskms://alias/p?region=eu-west-1" })).to.equal(
      "init -- --stack dev --only auth --secrets-provider 'awskms://alias/p?region=eu-west-1'",
    );
  });

  it("count what the engine changed in the cloud, and say so of a plan", () => {
    const changes = (["create", "create", "replace", "update"] as const).map((operation): Change => ({
      operation,
      resource: "r",
      properties: [],
    }));
    expect(countChanges({ changes, isPreview: false })).to.equal("2 created, 1 updated, 1 replaced");
    expect(countChanges({ changes, isPreview: true })).to.equal("2 to create, 1 to update, 1 to replace");
    expect(countChanges({ changes: [], isPreview: false })).to.equal("no change");
  });
});

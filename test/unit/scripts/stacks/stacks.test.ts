import { expect } from "chai";
import {
  type Confirmation,
  cliArguments,
  resumeCommand,
  selectProjects,
} from "../../../../scripts/stacks/plan";
import { countChanges } from "../../../../scripts/stacks/run";

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
    const [asking, yes] = [false, true].map((given) => ({ yes: given, previewOnly: false })) as [
      Confirmation,
      Confirmation,
    ];
    expect(cliArguments("deploy", "dev", asking)).to.deep.equal(["up", "--stack", "dev"]);
    expect(cliArguments("destroy", "dev", yes)).to.deep.equal(["destroy", "--stack", "dev", "--yes"]);
    expect(cliArguments("preview", "dev", yes)).to.not.include("--yes");
    const looking = cliArguments("refresh", "dev", { yes: true, previewOnly: true });
    expect(looking).to.deep.equal(["refresh", "--stack", "dev", "--preview-only"]);
  });

  it("say how to go on after a failure, with the projects that are left", () => {
    expect(resumeCommand("deploy", "prod", selectProjects("deploy"), "auth")).to.equal(
      "npm run deploy -- --stack prod --only auth,ingest,groundwork",
    );
    expect(resumeCommand("destroy", "dev", selectProjects("destroy"), "database")).to.equal(
      "npm run destroy -- --stack dev --only database,networking",
    );
  });

  it("count what the CLI changed; of a plan and what was done, what was done", () => {
    const output = "Resources:\n    + 3 created\n    ~ 1 updated\n    +-2 replaced\n    12 unchanged\n";
    expect(countChanges(output)).to.equal("3 created, 1 updated, 2 replaced");
    const plan = "Previewing update (dev)\nResources:\n    + 3 to create\n    ~ 1 to update\n";
    expect(countChanges(plan)).to.equal("3 to create, 1 to update");
    expect(countChanges(`${plan}\nUpdating (dev)\n${output}`)).to.equal("3 created, 1 updated, 2 replaced");
    expect(countChanges("Resources:\n    12 unchanged\n")).to.equal("no change");
  });
});

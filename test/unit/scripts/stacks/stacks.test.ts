import { expect } from "chai";
import { explain } from "../../../../scripts/stacks/explain";
import { type CliOptions, cliArguments, resumeCommand, selectProjects } from "../../../../scripts/stacks/plan";
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
      CliOptions,
      CliOptions,
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

describe("a failure of the CLI", () => {
  const cases: [said: string, says: string][] = [
    ["error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions", "pulumi login"],
    ["error: no stack named 'dev' found", "pulumi -C stacks/database stack init dev"],
    ["error: incorrect passphrase", "PULUMI_CONFIG_PASSPHRASE"],
    [
      'error: unknown stack "organization/networking/dev"',
      "stack organization/networking/dev, which it reads, is not there: deploy it first with npm run deploy -- --stack dev --only networking",
    ],
    [
      "error: Stack networking has no output vpcId: deploy it first with pulumi -C stacks/networking up -s dev",
      "stack networking has no output vpcId: deploy it first with pulumi -C stacks/networking up -s dev",
    ],
    ["Error: The SSO session associated with this profile has expired", "aws sso login"],
    ["InvalidClientTokenId: The security token included in the request is invalid", "aws:region"],
    ["getaddrinfo ENOTFOUND sts.us-moon-1.amazonaws.com", "aws:region in Pulumi.dev.yaml"],
    ["ExpiredToken: The security token included in the request is expired", "aws sso login"],
    ["error: No valid credential sources found", "there are no AWS credentials"],
    ["AWS account ID not allowed: 111111111111", "aws:allowedAccountIds in Pulumi.dev.yaml"],
    ["error: Invalid AWS Region: us-moon-1", "aws:region in Pulumi.dev.yaml"],
    ["error: the stack is currently locked by 1 lock(s)", "pulumi -C stacks/database cancel -s dev"],
  ];
  for (const [said, says] of cases) {
    it(`that says "${said}" is told in one line with the fix`, () => {
      const told = explain(said, { project: "database", stack: "dev" });
      expect(told).to.include(says).and.not.include("\n");
    });
  }

  it("of an unknown cause is not explained away", () => {
    expect(explain("error: something new", { project: "database", stack: "dev" })).to.equal(undefined);
  });
});

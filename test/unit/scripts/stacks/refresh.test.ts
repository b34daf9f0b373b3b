import { expect } from "chai";
import { holding, useStandInCli } from "../../../support/standInCli";

describe("npm run refresh over all stacks", () => {
  const { install, run } = useStandInCli();

  it("shows each project as it comes, then stops at the first that fails and says how to go on", () => {
    const event = {
      resOutputsEvent: {
        metadata: { op: "update", type: "aws:sqs/queue:Queue", urn: "urn::q", new: { custom: true } },
      },
    };
    const refresh = `case "$PWD" in */database) echo "error: boom" >&2; exit 1;; *) echo shown; echo '${JSON.stringify(event)}' > "$5";; esac`;
    install({ refresh, ...holding({}) });
    const { status, stdout, stderr } = run("refresh", "--yes", "--stack", "emulator");
    expect(stdout)
      .to.match(/^networking \(emulator\)\nshown$/m)
      .and.not.include("auth");
    expect(stdout).to.match(/^networking +1 updated +\d.*\ndatabase +failed +\d/m);
    expect(stderr.trim().split("\n").at(-1)).to.equal(
      "database failed: see the lines of Pulumi above. Then go on with npm run refresh -- --stack emulator " +
        "--only database,auth,ingest,groundwork --yes",
    );
    expect(status).to.equal(1);
  });

  it("says what the CLI said where it doesn't take what became of a making that was cut off, and repeats what isn't settled", () => {
    const cutOff = (name: string) => {
      const resource = { type: "aws:sqs/queue:Queue", urn: `urn::${name}`, custom: true };
      return JSON.stringify({ deployment: { pending_operations: [{ type: "creating", resource }] } });
    };
    const stack = `case "$2 $PWD" in
      "export "*/networking) echo '${cutOff("one")}';; "export "*/database) echo '${cutOff("two")}';;
      export*) echo '{"deployment": {}}';; *database) echo "error: boom" >&2; exit 1;; esac`;
    install({ stack });
    const named = ["--pending", "sqs.Queue one=none", "sqs.Queue two=q"];
    const { status, stderr } = run("refresh", "--yes", "--stack", "emulator", ...named);
    expect(stderr.trim().split("\n")).to.deep.equal([
      "error: boom",
      "database failed: see the lines of Pulumi above. Then go on with npm run refresh -- --stack emulator " +
        "--only database,auth,ingest,groundwork --yes --pending 'sqs.Queue two=q'",
    ]);
    expect(status).to.equal(1);
  });

  it("refuses to only look for drift and settle something in one", () => {
    const { status, stderr } = run("refresh", "--preview-only", "--pending", "sqs.Queue q=none");
    expect(stderr).to.include("'--preview-only' cannot be used with option '--pending");
    expect(status).to.equal(1);
  });

  it("looks for drift in every project, and fails if there is any", () => {
    const side = (rate: number) => ({ custom: true, outputs: { rate, name: "s" } });
    const event = {
      resOutputsEvent: {
        metadata: {
          op: "update",
          type: "aws:apigateway/methodSettings:MethodSettings",
          urn: "urn::s",
          old: side(10),
          new: side(1),
        },
      },
    };
    const refresh = `case "$PWD" in */auth) echo '${JSON.stringify(event)}' > "$5";; esac`;
    install({ refresh, ...holding({}) });
    const { status, stdout, stderr } = run("refresh", "--preview-only", "--stack", "emulator");
    expect(stderr).to.include(
      "emulator is not what was deployed:\n  - auth: apigateway.MethodSettings s differs (rate)\nPut it back with",
    );
    for (const project of ["networking", "database", "ingest", "groundwork"])
      expect(stdout).to.match(new RegExp(`^${project} +no change`, "m"));
    expect(status).to.equal(1);
  });
});

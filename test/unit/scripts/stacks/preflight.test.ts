import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { type Action, selectProjects } from "../../../../scripts/stacks/plan";
import { checkEnvironment, checkTools } from "../../../../scripts/stacks/preflight";
import { listPlan } from "../../../../scripts/stacks/programPlan";
import { States } from "../../../../scripts/stacks/states";
import { readUpstreams, requireUpstreams } from "../../../../scripts/stacks/upstreams";
import { keepEnvironment } from "../../../support/environment";
import { rejection } from "../../../support/rejection";

describe("the commands over all stacks, before anything is touched,", () => {
  let bin: string;
  beforeEach(() => (bin = mkdtempSync(path.join(tmpdir(), "groundwork-cli-"))));
  afterEach(() => rmSync(bin, { recursive: true, force: true }));

  /** A `pulumi` on PATH that answers by its first argument, a line of shell each; what isn't named answers well. */
  function install(answers: Record<string, string>): void {
    const file = path.join(bin, "pulumi");
    const known = {
      version: "echo v3.245.0",
      whoami: `echo '{"user": "me", "url": "file://~"}'`,
      ...answers,
    };
    const cases = Object.entries(known).map(([word, shell]) => `${word}) ${shell};;`);
    writeFileSync(file, `#!/bin/sh\ncase "$1" in ${cases.join(" ")} esac\n`);
    chmodSync(file, 0o755);
  }

  function run(action: string, ...args: string[]) {
    const command = ["-r", "./programs/register.js", "scripts/stacks", action, ...args];
    const env = { ...noAws, PATH: bin };
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: root,
      env,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  }

  /** As the command goes about it, up to where it would touch a stack; what it fails with. */
  async function check(action: Action = "outputs", stack = "dev", only?: string[]): Promise<string> {
    const restore = keepEnvironment();
    for (const name of Object.keys(process.env)) if (/^AWS_(?!SDK_)/.test(name)) delete process.env[name];
    Object.assign(process.env, noAws, { PATH: bin });
    const stop = new AbortController().signal;
    const checks = async () => {
      const projects = selectProjects(action, only);
      const config = await checkEnvironment(stack);
      await checkTools({ action, projects, config, states: new States(stack, stop), manner: {} });
    };
    try {
      return await rejection(checks());
    } finally {
      restore();
    }
  }

  const noStack = { stack: 'echo "error: no stack named dev found" >&2; exit 6' };
  const holding = (outputs: object): Record<string, string> => {
    const resources = [
      { type: "pulumi:pulumi:Stack", urn: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", outputs },
    ];
    return { stack: `echo '${JSON.stringify({ deployment: { resources } })}'` };
  };
  const cases: {
    what: string;
    pulumi?: Record<string, string>;
    asked?: Parameters<typeof check>;
    says: string;
  }[] = [
    { what: "a missing CLI", says: "There is no pulumi on PATH" },
    {
      what: "a CLI too old",
      pulumi: { version: "echo v3.100.0" },
      says: "pulumi is v3.100.0; Groundwork needs 3.245",
    },
    {
      what: "a CLI that is not logged in",
      pulumi: { whoami: 'echo "error: PULUMI_ACCESS_TOKEN must be set" >&2; exit 255' },
      says: "not logged in: run pulumi login",
    },
    {
      what: "a stack that is not initialised",
      pulumi: noStack,
      asked: ["outputs", "dev", ["networking"]],
      says: "Nothing was touched: stack dev of networking is not there: npm run init -- --stack dev makes it",
    },
    {
      what: "a login that can't be asked about",
      pulumi: {
        whoami: 'echo "error: [401] Unauthorized: No credentials provided or are invalid." >&2; exit 3',
      },
      asked: ["preview"],
      says: "pulumi whoami failed: Pulumi Cloud doesn't take the access token",
    },
    {
      what: "an organization that isn't one's own",
      pulumi: {
        whoami: `echo '{"user": "me", "organizations": ["mine"], "url": "https://app.pulumi.com/me"}'`,
      },
      asked: ["outputs", "acme/dev"],
      says: "me at https://app.pulumi.com/me is in no organization acme: there are mine",
    },
    {
      what: "a stack that can't be read",
      pulumi: { stack: 'echo "error: [403] Forbidden" >&2; exit 3' },
      asked: ["outputs", "dev", ["networking"]],
      says: "Pulumi Cloud doesn't let this access token at stack dev of networking: [403] Forbidden",
    },
    {
      what: "missing AWS credentials",
      pulumi: {},
      asked: ["refresh"],
      says: "there are no AWS credentials: sign in, for instance with aws sso login, or set AWS_PROFILE",
    },
    {
      what: "an unknown environment",
      asked: ["outputs", "nowhere"],
      says: "There is no environment nowhere",
    },
    {
      what: "an unknown project",
      asked: ["outputs", "dev", ["databse"]],
      says: "There is no project databse",
    },
  ];
  for (const { what, pulumi, asked, says } of cases) {
    it(`tell of ${what} in one line`, async () => {
      if (pulumi) install(pulumi);
      const args: Parameters<typeof check> = asked ?? [];
      expect(await check(...args))
        .to.include(says)
        .and.not.include("\n");
    });
  }

  it("tell of all stacks that are not initialised at once", async () => {
    install(noStack);
    const said = await check();
    expect(said).to.equal(
      "Nothing was touched: stack dev of networking, database, auth, ingest, groundwork is not there: " +
        "npm run init -- --stack dev makes it",
    );
  });

  it("tell of a missing terminal to ask at in one line", () => {
    for (const action of ["deploy", "destroy", "refresh"]) {
      const { status, stderr } = run(action);
      expect(stderr).to.equal(
        `npm run ${action} asks before it changes anything, and there is no terminal to ask at: add --yes\n`,
      );
      expect(status).to.equal(1);
    }
  });

  describe("ask for the stacks that are read, and", () => {
    const states = (): States => new States("dev", new AbortController().signal);
    const ingest = selectProjects("deploy", ["ingest"])[0]!;
    let restore: () => void;
    beforeEach(() => {
      restore = keepEnvironment();
      process.env.PATH = `${bin}:${process.env.PATH}`;
    });
    afterEach(() => restore());

    it("tell of each that isn't deployed, with the command that deploys it", async () => {
      install(holding({}));
      const missing = async (coming: string[]) => (await readUpstreams(ingest, coming, {}, states())).missing;
      const deploy = "deploy it first with npm run deploy -- --stack dev --only";
      expect(await missing(["database"])).to.deep.equal([
        `stack networking, which ingest reads, is not deployed: ${deploy} networking`,
      ]);
      expect(await missing([])).to.have.length(2);
      expect(await missing(["networking", "database"])).to.be.empty;
      install(holding({ vpcId: "vpc-1" }));
      expect(await missing([])).to.be.empty;
    });

    it("tell of an output that one of them lacks, with the command that deploys it", async () => {
      const outputs = { apiUrl: "https://a", bucketName: "b", dashboardUrl: "https://d" };
      const root = selectProjects("deploy", ["groundwork"]);
      install(holding(outputs));
      expect(await rejection(requireUpstreams(root, {}, states()))).to.equal(
        "Stack database has no output tunnelCommand: deploy it first with npm run deploy -- --stack dev --only database",
      );
      install(holding({ ...outputs, tunnelCommand: "t" }));
      await requireUpstreams(root, {}, states());
    });
  });

  it("let preview alone go on without a CLI, to list what the programs ask for and say what it left out", async () => {
    const restore = keepEnvironment();
    process.env.PATH = bin;
    const projects = selectProjects("preview", ["networking", "database"]);
    const states = new States("dev", new AbortController().signal);
    const asked = { projects, config: {}, states, manner: {} };
    try {
      const missing = await checkTools({ action: "preview", ...asked });
      expect(missing).to.match(/^There is no pulumi on PATH/);
      expect(await rejection(checkTools({ action: "deploy", ...asked }))).to.equal(missing);
      const scope = { region: "eu-west-1", account: "123456789012", stack: "dev" };
      const vpc = { type: "awsx:ec2:Vpc", name: "network", inputs: {}, scope, project: "networking" };
      const lines: string[] = [];
      listPlan([vpc], projects, missing ?? "", { write: (text) => lines.push(text) });
      expect(lines.join("").split("\n")).to.include.members([
        "    awsx:ec2:Vpc network",
        "networking  asks for 1 resources",
        "database    asks for 0 resources",
        "Checked: the config, the programs, the guard rails.",
      ]);
      expect(lines.join("")).to.match(
        /Left out: the comparison with what is deployed, because there is no pulumi/,
      );
    } finally {
      restore();
    }
  });

  it("let only an upstream that is known to be absent count as not deployed", async () => {
    const ingest = selectProjects("deploy", ["ingest"])[0]!;
    const restore = keepEnvironment();
    process.env.PATH = `${bin}:${process.env.PATH}`;
    install({ stack: 'echo "error: [403] Forbidden" >&2; exit 3' });
    try {
      const reading = readUpstreams(ingest, [], {}, new States("dev", new AbortController().signal));
      expect(await rejection(reading)).to.match(
        /^stack networking, which ingest reads, can't be read: Pulumi Cloud doesn't let this access token/,
      );
    } finally {
      restore();
    }
  });

  it("show each project as it comes, then stop at the first that fails and say how to go on", () => {
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

  it("say what the CLI said where it doesn't take what became of a making that was cut off, and repeat what isn't settled", () => {
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

  it("refuse to only look for drift and settle something in one", () => {
    const { status, stderr } = run("refresh", "--preview-only", "--pending", "sqs.Queue q=none");
    expect(stderr).to.include("'--preview-only' cannot be used with option '--pending");
    expect(status).to.equal(1);
  });

  it("look for drift in every project, and fail if there is any", () => {
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

/** No AWS credentials, wherever this machine may have some. */
const noAws = {
  AWS_CONFIG_FILE: "/nonexistent/config",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  AWS_EC2_METADATA_DISABLED: "true",
};

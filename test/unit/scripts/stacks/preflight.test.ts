import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { type Action, selectProjects } from "../../../../scripts/stacks/plan";
import { checkEnvironment, checkTools } from "../../../../scripts/stacks/preflight";
import { listPlan } from "../../../../scripts/stacks/programPlan";
import { States } from "../../../../scripts/stacks/states";
import { readUpstreams, requireUpstreams } from "../../../../scripts/stacks/upstreams";
import { keepEnvironment } from "../../../support/environment";
import { rejection } from "../../../support/rejection";
import { holding, noAws, useStandInCli } from "../../../support/standInCli";

describe("the commands over all stacks, before anything is touched,", () => {
  const cli = useStandInCli();
  const { install, run } = cli;

  /** As the command goes about it, up to where it would touch a stack; what it fails with. */
  async function check(action: Action = "outputs", stack = "dev", only?: string[]): Promise<string> {
    const restore = keepEnvironment();
    for (const name of Object.keys(process.env)) if (/^AWS_(?!SDK_)/.test(name)) delete process.env[name];
    Object.assign(process.env, noAws, { PATH: cli.bin() });
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

  for (const [what, file] of [
    ["of Pulumi ESC", "environment:\n  - shared\n"],
    ["that are secret", "config:\n  networking:nat:\n    secure: v1:x\n"],
  ]) {
    it(`read values ${what} as the CLI does, and tell where it can't`, () => {
      const restore = keepEnvironment();
      const folder = (process.env.GROUNDWORK_ENVIRONMENTS = cli.bin());
      writeFileSync(path.join(folder, "Pulumi.own.yaml"), file!);
      const values = {
        "aws:region": { value: "eu-west-1" },
        "networking:nat": { value: "nowhere", secret: true },
      };
      try {
        install({ config: `echo "$@" > ${folder}/asked; echo '${JSON.stringify(values)}'` });
        const read = run("outputs", "--stack", "acme/own");
        expect(read.stderr).to.match(/^Pulumi\.own\.yaml: networking:nat: /);
        expect(read.status).to.equal(1);
        expect(readFileSync(path.join(folder, "asked"), "utf8")).to.match(
          /^config --json --show-secrets --non-interactive --stack acme\/own --config-file \S+\/Pulumi\.own\.yaml\n$/,
        );
        install({ config: "echo 'error: [404] Not found: shared' >&2; exit 1" });
        const refused = run("outputs", "--stack", "acme/own");
        expect(refused.stderr).to.match(
          /^Pulumi\.own\.yaml has secrets or an ESC environment, which only the Pulumi CLI can read: .*\[404\]/,
        );
        expect(refused.status).to.equal(1);
      } finally {
        restore();
      }
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
      process.env.PATH = `${cli.bin()}:${process.env.PATH}`;
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
    process.env.PATH = cli.bin();
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
    process.env.PATH = `${cli.bin()}:${process.env.PATH}`;
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
});

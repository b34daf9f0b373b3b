import { expect } from "chai";
import { changesBetween } from "./support/changes";
import { needsPulumi } from "./support/deployed";
import { Engine } from "./support/engine";

describe("plans that are kept", () => {
  const opened: Engine[] = [];
  let deployed: Engine;
  before(needsPulumi);
  before(async () => {
    deployed = keep(Engine.create());
    deployed.configure("dev", { "aws:skipCredentialsValidation": true });
    await deployed.init("networking", "dev");
    await deployed.up("networking", "dev");
  });
  after(() => {
    for (const engine of opened) engine.close();
  });

  function keep(engine: Engine): Engine {
    opened.push(engine);
    return engine;
  }

  /** `npm run …`; how it ended stands before what it said. */
  async function run(engine: Engine, script: string, only: string, ...more: string[]): Promise<string> {
    const { code, output } = await engine.npm(script, ["--stack", "dev", "--only", only, ...more]);
    return `${code} ${output}`;
  }

  /** A checkout of its own of what is deployed, with a plan of what this config makes of it. */
  async function planned(config: Readonly<Record<string, unknown>>) {
    const engine = keep(deployed.copy());
    engine.configure("dev", config);
    expect(await run(engine, "preview", "networking", "--plans", "plans")).to.match(/^0 /);
    const deploy = async (): Promise<{ said: string; changes: string[] }> => {
      const before = engine.resources("networking", "dev");
      const said = await run(engine, "deploy", "networking", "--plans", "plans", "--yes");
      return { said, changes: changesBetween(before, engine.resources("networking", "dev")) };
    };
    return { engine, deploy };
  }

  it("are carried out as they stand", async () => {
    const { deploy } = await planned({ "networking:flowLogs": false });
    const { said, changes } = await deploy();
    expect(said).to.match(/^0 /);
    expect(changes).to.deep.equal([
      "delete cloudwatch.LogGroup network-flow-logs",
      "delete ec2.FlowLog network-flow-logs",
      "delete iam.Role network-flow-logs",
      "delete iam.RolePolicy network-flow-logs",
    ]);
  });

  const days = (count: number) => ({ "networking:flowLogRetentionDays": count });
  const since: { what: string; change: (engine: Engine) => unknown }[] = [
    { what: "config", change: (engine) => engine.configure("dev", days(30)) },
    {
      what: "the program",
      change: (engine) =>
        engine.edit("infra/network/flowLogs.ts", 'trafficType: "ALL"', 'trafficType: "REJECT"'),
    },
    {
      // What another deployed would be taken back.
      what: "what is deployed",
      change: async (engine) => {
        engine.configure("dev", days(90));
        await engine.up("networking", "dev");
        engine.configure("dev", days(14));
      },
    },
  ];
  for (const { what, change } of since) {
    it(`are refused where ${what} has changed since, before anything is touched`, async () => {
      const { engine, deploy } = await planned(days(14));
      await change(engine);
      const { said, changes } = await deploy();
      expect(said)
        .to.match(/^1 /)
        .and.include("it isn't as it was when the plan was made: make the plan again, and look at it");
      expect(changes).to.be.empty;
    });
  }

  it("leave out who reads what isn't deployed yet: that gets its plan in the next round", async () => {
    const engine = keep(deployed.copy());
    await engine.destroy("networking", "dev");
    await engine.init("database", "dev");
    const kept = ["--plans", "kept/plans of dev"];
    const both = "networking,database";
    expect(await run(engine, "preview", both, ...kept)).to.match(
      /^0 [^]*\ndatabase +left out: stack networking, which database reads, is not deployed/,
    );
    const first = await run(engine, "deploy", both, ...kept, "--yes");
    expect(first)
      .to.match(/^1 [^]*\ndatabase +left out: there is no plan of it in kept\/plans of dev\n/)
      .and.include("The plans are carried out; database had none");
    expect(engine.resources("networking", "dev")).to.not.be.empty;
    expect(engine.resources("database", "dev")).to.be.empty;
    expect(await run(engine, "preview", "database", ...kept)).to.match(/^0 [^]*\ndatabase +\d+ to create/);
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Chaos, chaosConfig } from "../../../../trials/chaos/chaos";
import { sumOf } from "../../../../trials/chaos/faults";
import { Files } from "../../../../trials/chaos/files";
import { german } from "../../../../trials/chaos/forms";
import { spellNames, spells } from "../../../../trials/chaos/spells";
import { ChaosTarget } from "../../../../trials/chaos/target";
import { type Environment, startEnvironment } from "../../../../local/environment";
import { writeSample } from "../../../../trials/sample/sample";
import { Session } from "../../../../local/session";
import { leaks } from "../../../support/leaks";

describe("A load while everything around it breaks", () => {
  let session: Session;
  let environment: Environment;
  /** What a backend would keep of each resource. */
  const state: Record<string, string> = {};
  before(() => (session = new Session()));
  after(() => session.close());

  it("ends with every row once, and at each moment with rows and checkpoint of one transaction", async function () {
    this.timeout(240_000);
    const config = { ...chaosConfig, "ingest:chunkBytes": String(64 * 1024) };
    environment = await startEnvironment(session, {
      stack: "local",
      config,
      retryDelays: [100, 200],
      onMade: ({ type, name, inputs }, computed) => {
        state[`${type} ${name}`] = JSON.stringify({ inputs, computed });
      },
    });
    // Each kind of them: what isn't UTF-8 in one form is a letter in another.
    const { file } = await writeSample(join(session.dir, "chaos.csv"), 4000, { rejects: 17 });
    const chaos = await Chaos.start(environment, file, config);
    const { signal } = new AbortController();
    // Four trials often have no kill in the middle of work; these go on until there was one. The fourth has late events.
    const trials = [];
    do trials.push(await chaos.trial(trials.length + 3, signal));
    while (trials.length < 4 || (sumOf(trials)["kill -9"] === 0 && trials.length < 10));
    await chaos.close();
    expect(trials.flatMap(({ problems }) => problems)).to.deep.equal([]);
    expect(trials.map(({ spell, faults }) => faults[spell])).to.deep.equal(trials.map(() => 1));
    expect(sumOf(trials)["kill -9"]).to.be.greaterThan(0);
    const forms = ["plain", "gzip", "UTF-16", "Windows-1252"];
    expect(trials.slice(0, 4).map(({ form }) => form)).to.have.members(forms);
  });

  it("counts a spell only where it meets something", async function () {
    this.timeout(120_000);
    const target = await ChaosTarget.start(environment, chaosConfig, german);
    const files = new Files(target, "nothing", Buffer.alloc(0));
    const struck: string[] = [];
    for (const name of spellNames) {
      const spell = await spells[name](target, () => 0, files);
      if (await spell.struck()) struck.push(name);
      await spell.end();
    }
    // It has files come whose events it keeps.
    expect(struck).to.deep.equal(["late events"]);
    await target.close();
  });

  it("leaves no password in an output, a resource's state, a log, an archive, or PostgreSQL's files", () => {
    const { outputs, services, database } = environment;
    const secret = services.secrets.get(outputs.database.ingestSecretArn) ?? "{}";
    const { password: ingestPassword } = JSON.parse(secret) as { password: string };
    expect(state).to.include.keys("aws:rds/instance:Instance demo-db", "aws:lambda/function:Function ingest");
    // Found for sure: a scan that finds nothing at all would prove nothing.
    writeFileSync(join(session.dir, "planted"), `postgresql://ingest:${ingestPassword}@127.0.0.1/`);
    const texts = { ...state, outputs: JSON.stringify(outputs), planted: database.password };
    expect(leaks([database.password, ingestPassword], texts, session.dir)).to.deep.equal([
      "planted",
      "planted",
    ]);
  });
});

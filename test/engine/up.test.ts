import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { programs } from "../../local/programs";
import { Engine } from "./support/engine";

describe("the real Pulumi CLI", function () {
  let engine: Engine;

  before(function () {
    try {
      execFileSync("pulumi", ["version"], { stdio: "ignore" });
    } catch {
      console.log("      skipped: no pulumi on PATH; README.md says how to have it");
      this.skip();
    }
    engine = new Engine();
  });
  after(() => engine?.close());

  it("brings all five projects up, and a second up changes nothing", async () => {
    for (const { project } of programs) {
      await engine.init(project, "dev");
      expect((await engine.up(project, "dev")).created, project).to.be.greaterThan(0);
    }
    for (const { project } of programs) {
      const { created, updated, deleted, replaced, unchanged } = await engine.up(project, "dev");
      expect({ created, updated, deleted, replaced }, project).to.deep.equal({
        created: 0,
        updated: 0,
        deleted: 0,
        replaced: 0,
      });
      expect(unchanged, project).to.be.greaterThan(0);
    }
  });

  it("gives every output of every stack a value", async () => {
    for (const { project } of programs) {
      const outputs = await engine.outputs(project, "dev");
      expect(Object.values(outputs), project).to.not.be.empty;
      for (const [name, value] of Object.entries(outputs)) {
        expect(value, `${project} ${name}`).to.not.be.oneOf([null, ""]);
      }
    }
  });

  it("destroys everything again, in reverse", async () => {
    for (const { project } of [...programs].reverse()) {
      await engine.destroy(project, "dev");
      expect(await engine.resources(project, "dev"), project).to.be.empty;
    }
  });
});

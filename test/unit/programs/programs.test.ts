import { expect } from "chai";
import { programs, readsFrom } from "../../../programs/programs";

describe("what a program reads of others", () => {
  const readersOf = (project: string, config: Record<string, string>) =>
    programs.filter((program) => readsFrom(program, project, config)).map((program) => program.project);

  it("is what config leaves of it", () => {
    expect(readersOf("database", {})).to.deep.equal(["auth", "ingest", "groundwork"]);
    const without = { "auth:databaseRoutes": "false" };
    expect(readersOf("database", without)).to.deep.equal(["ingest", "groundwork"]);
    expect(readersOf("networking", without)).to.deep.equal(["database", "ingest", "groundwork"]);
  });
});

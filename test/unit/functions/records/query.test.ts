import { expect } from "chai";
import { readQuery } from "../../../../functions/records/query";

describe("GET /records", () => {
  it("reads a day, where a page begins and how long it is", () => {
    expect(readQuery({ day: "2024-02-29" })).to.deep.equal({ day: "2024-02-29", after: "0", limit: 100 });
    expect(readQuery({ day: "0001-01-01", after: "9007199254740993", limit: "1" })).to.deep.equal({
      ...{ day: "0001-01-01", after: "9007199254740993", limit: 1 },
    });
  });

  const days = [
    "",
    "2023-02-29",
    "2024-13-01",
    "2024-1-1",
    "0000-01-01",
    "2024-01-31T00:00",
    "today",
    "infinity",
  ];
  for (const day of [...days, "2024-01-31' OR '1'='1", "2024-01-31\n", "２０２４-01-31"]) {
    it(`takes no day ${JSON.stringify(day)}`, () =>
      expect(readQuery({ day })).to.deep.equal({
        problem: "day must be a day of the calendar, such as ?day=2024-01-31",
      }));
  }

  it("says what else is wrong, in a sentence", () => {
    const problem = (more: Record<string, string>) => readQuery({ day: "2024-01-31", ...more });
    expect(readQuery({}))
      .to.have.property("problem")
      .that.matches(/^day must be/);
    for (const limit of ["0", "101", "-1", "1e2", "", "1000"])
      expect(problem({ limit }), limit).to.deep.equal({
        problem: "limit must be a whole number from 1 to 100",
      });
    for (const after of ["", "-1", "x", "1".repeat(19)])
      expect(problem({ after }), after).to.deep.equal({
        problem: "after must be the next of the page before",
      });
    expect(problem({ table: "ingest_jobs" }))
      .to.have.property("problem")
      .that.matches(/no such parameter/);
  });
});

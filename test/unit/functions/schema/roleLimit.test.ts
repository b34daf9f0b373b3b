import { expect } from "chai";
import { connectionLimit, limitConnections } from "../../../../functions/schema/roleLimit";

describe("What a role that loads may take of a server's connections", () => {
  const cases: [string, most: number, reserved: number, limit: number][] = [
    ["PostgreSQL's own default", 100, 3, 48],
    ["db.t4g.micro", 81, 5, 38],
    ["a very small one", 25, 3, 11],
    ["a large one", 5000, 5, 2497],
    ["one that has room for one", 5, 3, 1],
    ["one that has no room at all", 3, 3, 1],
  ];
  for (const [title, most, reserved, limit] of cases) {
    it(`is ${limit} of the ${most} of ${title}`, () => {
      expect(connectionLimit({ most, reserved })).to.equal(limit);
    });
  }

  it("is half of that, and 10 at most, for each of the two that read", async () => {
    const limitsOf = async (most: number): Promise<string[]> => {
      const said: string[] = [];
      await limitConnections({
        query: (sql: string) => {
          said.push(sql);
          return Promise.resolve({ rows: [{ most, reserved: 3 }] });
        },
        escapeIdentifier: (name: string) => `"${name}"`,
      } as unknown as Parameters<typeof limitConnections>[0]);
      return said.slice(1).map((sql) => sql.replace("ALTER ROLE ", "").replace(" CONNECTION LIMIT", ""));
    };
    expect(await limitsOf(13)).to.deep.equal(['"ingest" 5', '"ingest_2" 5', '"reader" 3', '"reader_2" 3']);
    expect(await limitsOf(100)).to.include('"reader" 10');
  });
});

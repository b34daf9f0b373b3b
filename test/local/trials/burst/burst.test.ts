import { expect } from "chai";
import { startEnvironment } from "../../../../local/environment";
import { Session } from "../../../../local/session";
import { burst } from "../../../../trials/burst/burst";

describe("Sixty files at once beside a PostgreSQL with twelve connections", () => {
  const session = new Session();
  after(() => session.close());

  it("are all loaded once, without a dead letter, and people get in all the while", async function () {
    this.timeout(240_000);
    const environment = await startEnvironment(session, {
      stack: "local",
      concurrency: 30,
      databaseParameters: { max_connections: "12" },
    });
    const { signal } = new AbortController();
    const result = await burst(environment, session.dir, { files: 60, rows: 200, stop: signal });
    expect(result.problems).to.deep.equal([]);
    expect(result.mostConnections).to.be.within(1, 4);
    expect(result.signIns).to.be.greaterThan(0);
    expect(result.asked).to.be.greaterThan(0);
  });
});

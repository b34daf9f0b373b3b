import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { GroundworkError } from "../../../../infra/error";
import { startPostgres } from "../../../../local/postgres/server";
import { Session } from "../../../../local/session";
import type { DatabaseAccess } from "../../../../scripts/psql/open";
import { runPrompt } from "../../../../scripts/psql/prompt";

describe("the prompt where there is no psql", function () {
  this.timeout(60_000);
  const session = new Session();
  const never = (): AbortSignal => new AbortController().signal;
  let access: DatabaseAccess;

  before(async () => {
    const login = { database: "demo", user: "postgres", password: "p" };
    access = { ...(await startPostgres(session, login)), address: "127.0.0.1" };
  });
  after(() => session.close());

  const run = (sql: string): Promise<void> => runPrompt(access, "p", sql, never());
  const type = (...lines: string[]): Promise<void> =>
    runPrompt(access, "p", undefined, never(), Readable.from(lines.map((line) => `${line}\n`)));
  const failure = async (running: Promise<void>): Promise<string> => {
    const error = await running.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(GroundworkError);
    return (error as Error).message;
  };

  it("says that the server can't be reached, and calls it no bug", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const said = await failure(runPrompt({ ...access, port }, "p", "SELECT 1", never()));
      expect(said).to.match(/Connection terminated|ECONNRESET|socket/);
    } finally {
      server.close();
    }
  });

  it("fails with the server's words where the command it was given does, and goes on after a typed one", async () => {
    expect(await failure(run("SELECT nothing"))).to.equal('column "nothing" does not exist');
    await type("SELECT nothing;", "CREATE TABLE went", "_on ();");
    expect(await failure(run("SELECT 'went_on'::regclass"))).to.equal('relation "went_on" does not exist');
    await type("SELECT nothing;", "CREATE TABLE", "went_on ();");
    await run("SELECT 'went_on'::regclass");
  });

  it("ends where the connection is lost, while a statement runs and between two", async () => {
    const kill = "SELECT pg_terminate_backend(pg_backend_pid());";
    expect(await failure(run(kill))).to.match(/terminating connection|Connection terminated/);
    expect(await failure(type(kill, "CREATE TABLE never ();"))).to.match(/^The connection is lost: /);
    expect(await failure(run("SELECT 'never'::regclass"))).to.include("does not exist");
    const idle = new PassThrough();
    idle.write("SET application_name = 'idle';\n");
    const lost = failure(runPrompt(access, "p", undefined, never(), idle));
    const others = "FROM pg_stat_activity WHERE application_name = 'idle' AND state = 'idle'";
    const killed = `DO $$ BEGIN PERFORM pg_terminate_backend(pid) ${others}; IF NOT FOUND THEN RAISE 'not yet'; END IF; END $$`;
    await until(() => run(killed));
    expect(await lost).to.match(/^The connection is lost: /);
  });

  it("gives up the statement that runs when it is told to stop", async () => {
    for (const [command, seconds] of [
      ["SELECT pg_sleep(600)", 600],
      [undefined, 601],
    ] as const) {
      const stop = new AbortController();
      const typed = Readable.from([`SELECT pg_sleep(${seconds});\n`]);
      const running = runPrompt(access, "p", command, stop.signal, typed).catch((error: unknown) => error);
      const sleeping = `SELECT 1 / count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep.${seconds}'`;
      await until(() => run(sleeping));
      stop.abort();
      expect(await running).to.be.instanceOf(Error);
    }
  });
});

/** Again and again, until it doesn't fail. */
async function until(holds: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await holds();
    } catch {
      await sleep(50);
    }
  }
}

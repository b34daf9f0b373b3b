import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { Client } from "pg";
import { Session } from "../../../../local/session";
import { enterConsole } from "../../../support/console";
import { WatchedCheckout } from "../../../support/watchedCheckout";

/** Of infra/auth/apiRoutes.ts. */
const added = `  {
    method: "get",
    path: "/greet",
    summary: "Greets",
    authorizer: { kind: "cognito", scopes: [] },
    function: {
      name: "greet",
      callback: () => {
        console.log("somebody came");
        return Promise.resolve({ statusCode: 200, body: "good day" });
      },
      packages: [],
      database: false,
    },
  },
`;

describe("npm run local -- --watch", function () {
  this.timeout(300_000);
  let session: Session;
  let checkout: WatchedCheckout;
  let database: Client;

  before(async () => {
    session = new Session();
    checkout = new WatchedCheckout(path.join(session.dir, "checkout"));
    await checkout.told(/^watching/);
    database = new Client({ connectionString: checkout.running().databaseUrl });
    await database.connect();
    await database.query("INSERT INTO records (merchant) VALUES ('was here before')");
  });
  after(async () => {
    await database?.end();
    await checkout?.end();
    await session.close();
  });

  const request = "functions/jobs/request.ts";
  const refusal = async (): Promise<string> =>
    checkout.invoke("local-ingest-jobs", { action: "nothing of the kind" });
  const saying = (said: string) => (text: string) =>
    text.replace(/must be (\w+ )?sweep,/, `must be ${said} sweep,`);
  const merchants = async () =>
    (await database.query<{ merchant: string }>("SELECT merchant FROM records")).rows;

  it("deploys a function that is edited, and nothing else", async () => {
    expect(await refusal()).to.include("must be sweep, status");
    checkout.save(request, saying("now"));
    expect(await checkout.told(/deployed/)).to.match(/ deployed in [\d.]+ s: Function ingest-jobs$/);
    expect(await refusal()).to.include("must be now sweep, status");
  });

  it("takes the second of two quick edits", async () => {
    checkout.save(request, saying("first"));
    await sleep(300);
    checkout.save(request, saying("second"));
    await checkout.told(/ deployed /);
    while (!(await refusal()).includes("must be second sweep")) await checkout.told(/ deployed /);
  });

  it("applies a migration, and the database keeps its rows", async () => {
    checkout.addMigration("watched", "CREATE TABLE watched (a int);\n");
    expect(await checkout.told(/Function schema/)).to.match(/: Function schema, Invocation schema$/);
    expect((await database.query("SELECT * FROM watched")).rows).to.deep.equal([]);
    expect(await merchants()).to.deep.equal([{ merchant: "was here before" }]);
  });

  for (const [what, file, change, said] of [
    [
      "syntax",
      request,
      (text: string) => `${text}\nconst broken = ;\n`,
      /request\.ts:\d+:\d+: Expression expected/,
    ],
    [
      "types",
      request,
      (text: string) => `${text}\nexport const broken: number = "text";\n`,
      /request\.ts:\d+:14: Type 'string' is not/,
    ],
    [
      "a program",
      "infra/ingest/ingestJobs.ts",
      (text: string) => `${text}\nif (Date.now() > 0) throw new TypeError("not today");\n`,
      /TypeError: not today at infra\/ingest\/ingestJobs\.ts:\d+/,
    ],
    ["a setting", "Pulumi.local.yaml", (text: string) => `${text}  ingest:nothing: 1\n`, /ingest:nothing/],
    [
      "an applied migration",
      "functions/sql/001_records.sql",
      (text: string) => `${text}-- later\n`,
      /001_records\.sql has changed since it was applied/,
    ],
    [
      "what can't change live",
      "Pulumi.local.yaml",
      (text: string) => `${text}  auth:mfa: optional\n`,
      /restart npm run local for what can't change while it is up: UserPool pool/,
    ],
  ] as const) {
    it(`says in short what is wrong in ${what}, keeps the old, and goes on when it is mended`, async () => {
      const before = checkout.save(file, change);
      await checkout.told(said);
      expect(await refusal()).to.include("must be second sweep");
      checkout.save(file, () => before);
      await checkout.told(/deployed|nothing of the environment changes/);
      expect(await merchants()).to.deep.equal([{ merchant: "was here before" }]);
    });
  }

  it("tells what is wrong in a program until it is mended, whatever else is saved", async () => {
    const file = "infra/auth/groupAuthorizer.ts";
    const before = checkout.save(
      file,
      (text) => `${text}\nif (Date.now() > 0) throw new TypeError("not now");\n`,
    );
    await checkout.told(/not now/);
    checkout.save(request, saying("third"));
    await checkout.told(/not now/);
    checkout.save(file, () => before);
    expect(await checkout.told(/deployed/)).to.match(/: Function ingest-jobs$/);
    expect(await refusal()).to.include("must be third sweep");
  });

  it("shows all of it in the console", async () => {
    const { get } = await enterConsole(checkout.consoleAddress());
    const changes = await get("/watch/changes");
    expect(changes).to.include("Function schema, Invocation schema").and.to.include("Expression expected");
    expect(await get("/files")).to.include('data-load="/watch/last"');
  });

  it("has a function in the console that is added, with its log, its route, and its box on the map", async () => {
    const { get, post, until } = await enterConsole(checkout.consoleAddress());
    expect(await get("/functions/settings")).to.not.include("greet");
    checkout.save("infra/auth/apiRoutes.ts", (text) => text.replace('  {\n    method: "get",', `${added}$&`));
    await checkout.told(/deployed .*Function greet/);
    expect(await get("/functions/settings")).to.include('name=greet">greet</a>');
    expect(await get("/api/routes")).to.include("<option>GET /greet</option>");
    expect(await post("/api/send", { route: "GET /greet", as: "" })).to.include("401");
    expect(await checkout.invoke("local-greet", {})).to.include("good day");
    expect(await get("/functions/log?name=greet")).to.include("somebody came");
    await until("/map/drawing", "greet");
  });

  it("takes a file in the console for a table that is added", async () => {
    checkout.addMigration(
      "guests",
      `CREATE TABLE guests (name text, ingest_job bigint);
GRANT INSERT ON guests TO ingest;
INSERT INTO ingest_tables VALUES ('guests');
`,
    );
    writeFileSync(
      path.join(checkout.dir, "tables/guests.ts"),
      `import { defineTable } from "../functions/ingest/table";
export default defineTable({
  name: "guests",
  files: { prefix: "guests/" },
  columns: [{ name: "name", type: "text" }],
});
`,
    );
    await checkout.told(/deployed .*Function ingest/);
    const { send } = await enterConsole(checkout.consoleAddress());
    const said = await send("PUT", "/files/upload?name=guests.csv", "name\nAda\n");
    expect(await said.text()).to.include("guests/guests.csv");
    while ((await database.query("SELECT FROM guests WHERE name = 'Ada'")).rowCount === 0) await sleep(50);
  });

  it("ends at Ctrl-C with nothing left", async () => {
    await database.end();
    expect(await checkout.end()).to.equal(130);
    expect(execFileSync("ps", ["-eo", "args"]).toString()).to.not.include(checkout.dir);
  });
});

describe("npm run local -- --watch --keep-data", function () {
  this.timeout(300_000);
  let session: Session;
  let checkout: WatchedCheckout;

  before(async () => {
    session = new Session();
    // PostgreSQL runs as another user when this one is root, and has to get in.
    chmodSync(session.dir, 0o711);
    checkout = new WatchedCheckout(path.join(session.dir, "checkout"), ["--keep-data"]);
    await checkout.told(/^watching/);
  });
  after(async () => {
    await checkout?.end();
    await session.close();
  });

  async function query(sql: string): Promise<unknown[]> {
    const database = new Client({ connectionString: checkout.running().databaseUrl });
    await database.connect();
    try {
      return (await database.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await database.end();
    }
  }

  it("has the next time what was saved and loaded, and goes on deploying", async () => {
    checkout.addMigration("watched", "CREATE TABLE watched (a int);\n");
    await checkout.told(/deployed .*Invocation schema/);
    await query("INSERT INTO watched VALUES (7)");
    checkout.addMigration("later", "ALTER TABLE watched ADD b int DEFAULT 8;\n");
    await checkout.restart();
    expect(await query("SELECT * FROM watched")).to.deep.equal([{ a: 7, b: 8 }]);
    checkout.addMigration("last", "UPDATE watched SET b = 9;\n");
    expect(await checkout.told(/deployed/)).to.match(/: Function schema, Invocation schema$/);
    expect(await query("SELECT * FROM watched")).to.deep.equal([{ a: 7, b: 9 }]);
  });
});

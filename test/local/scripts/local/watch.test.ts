import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { Client } from "pg";
import { Session } from "../../../../local/session";
import { WatchedCheckout } from "../../../support/watchedCheckout";

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
    await new Promise((resolve) => setTimeout(resolve, 300));
    checkout.save(request, saying("second"));
    await checkout.told(/ deployed /);
    while (!(await refusal()).includes("must be second sweep")) await checkout.told(/ deployed /);
  });

  it("applies a migration, and the database keeps its rows", async () => {
    writeFileSync(
      path.join(checkout.dir, "functions/sql/011_watched.sql"),
      "CREATE TABLE watched (a int);\n",
    );
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

  it("shows all of it in the console", async () => {
    const address = /Console +(\S+)/.exec(checkout.all.join("\n"))?.[1] ?? "";
    const entered = await fetch(address, { redirect: "manual" });
    const cookie = entered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const changes = await (await fetch(new URL("/watch/changes", address), { headers: { cookie } })).text();
    expect(changes).to.include("Function schema, Invocation schema").and.to.include("Expression expected");
    expect(await (await fetch(new URL("/files", address), { headers: { cookie } })).text()).to.include(
      'data-load="/watch/last"',
    );
  });

  it("ends at Ctrl-C with nothing left", async () => {
    await database.end();
    expect(await checkout.end()).to.equal(130);
    expect(execFileSync("ps", ["-eo", "args"]).toString()).to.not.include(checkout.dir);
  });
});

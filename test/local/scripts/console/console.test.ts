import { expect } from "chai";
import type { Environment } from "../../../../local/environment";
import { publishEnvironment } from "../../../../local/runningEnvironment";
import { Session } from "../../../../local/session";
import { startConsole } from "../../../../scripts/console/server";
import type { stackOutputs } from "../../../../scripts/shared/stackOutputs";
import { type Entered, enterConsole, startConsoleOf } from "../../../support/console";
import { keepEnvironment } from "../../../support/environment";
import { rawFetch } from "../../../support/rawFetch";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";
const script = "<script>alert(1)</script>";

describe("the console", function () {
  this.timeout(120_000);
  let session: Session;
  let environment: Environment;
  let restore: () => void;
  let address: string;
  let readOutputs: typeof stackOutputs;
  let origin: string;
  let cookie: string;
  let get: Entered["get"];
  let send: Entered["send"];
  let post: Entered["post"];
  let until: Entered["until"];

  before(async () => {
    session = new Session();
    ({ environment, address, readOutputs, restore } = await startConsoleOf(session, "[18986]"));
    ({ origin, cookie, get, send, post, until } = await enterConsole(address));
  });
  after(async () => {
    restore();
    await session.close();
  });

  describe("against strangers", () => {
    it("lets nobody in without its token, and its cookie is for this site and no script", async () => {
      for (const path of [
        "/",
        "/files",
        "/files/jobs",
        "/client.js",
        "/?token=",
        `/?token=${"x".repeat(43)}`,
      ]) {
        expect((await fetch(`${origin}${path}`)).status, path).to.equal(401);
      }
      const forged = { cookie: cookie.replace(/=.*/, `=${"x".repeat(43)}`) };
      expect((await fetch(`${origin}/files`, { headers: forged })).status).to.equal(401);
      const entered = await fetch(address, { redirect: "manual" });
      expect(entered.headers.get("location")).to.equal("/files");
      expect(entered.headers.getSetCookie()[0]).to.match(/; Path=\/; HttpOnly; SameSite=Strict$/);
      expect(new URL(address).hostname).to.equal("127.0.0.1");
    });

    it("answers to no other name that leads here, even with the cookie", async () => {
      const { port } = new URL(origin);
      for (const host of [`rebound.example:${port}`, `127.0.0.1.nip.io:${port}`, "127.0.0.1:1"]) {
        expect((await rawFetch(`${origin}/files`, { host, cookie })).status, host).to.equal(403);
      }
      const { status } = await rawFetch(`${origin}/files`, { host: `127.0.0.1:${port}`, cookie });
      expect(status).to.equal(200);
    });

    it("changes nothing for another origin, another port of this machine, or who names none", async () => {
      const other = `http://127.0.0.1:${Number(new URL(origin).port) + 1}`;
      for (const from of ["https://evil.example", "null", other, undefined]) {
        const headers = { cookie, ...(from !== undefined && { origin: from }) };
        for (const [method, path] of [
          ["POST", "/users/group"],
          ["PUT", "/files/upload?name=forged.csv"],
        ] as const) {
          const { status } = await rawFetch(`${origin}${path}`, headers, method, "group=forged");
          expect(status, from).to.equal(403);
        }
      }
      expect(await get("/users/list")).to.not.include("forged");
      expect(await get("/users/group?group=forged"), "an action by GET").to.include("no such page");
    });

    it("holds the browser to itself: no inline script, no frame, nothing stored", async () => {
      for (const path of ["/files", "/files/jobs", "/client.js", "/nowhere", "/files/upload"]) {
        const { headers } = await fetch(`${origin}${path}`, { headers: { cookie } });
        const policy = headers.get("content-security-policy");
        expect(policy, path).to.include("default-src 'none'").and.to.include("frame-ancestors 'none'");
        expect(policy, path).to.not.include("unsafe");
        expect(headers.get("x-content-type-options"), path).to.equal("nosniff");
        expect(headers.get("cache-control"), path).to.equal("no-store");
      }
    });

    it("takes a path of two slashes for its own, opens no socket, and tells no other site its token", async () => {
      for (const path of ["//", "///", "//[", "//evil.example/files", "/nowhere"]) {
        const { status, text } = await rawFetch(`${origin}${path}`, { cookie, "sec-fetch-mode": "navigate" });
        expect(status, path).to.equal(404);
        expect(text, path).to.match(/<nav.*There is no such page/s);
      }
      for (const headers of [
        { connection: "upgrade", upgrade: "websocket" },
        { accept: "text/event-stream" },
      ])
        expect((await rawFetch(`${origin}/files/jobs`, headers)).status).to.equal(401);
      const { headers } = await fetch(address, { redirect: "manual" });
      expect(headers.get("referrer-policy")).to.equal("no-referrer");
    });

    it("says what is wrong with an address on a page of its own", async () => {
      for (const path of [
        "files?limit=1e308",
        "files?limit=-1",
        "job",
        "table?name=",
        "job/rejects.csv?key=none",
      ]) {
        const { text } = await rawFetch(`${origin}/${path}`, { cookie, "sec-fetch-mode": "navigate" });
        expect(text, path).to.match(
          /<nav.*class="problem">(limit must be|The address must|There is no job)/s,
        );
      }
    });

    it("shows the names, records, logs and errors of strangers as text", async () => {
      const name = `<img src=x onerror=alert(1)>&"'\u202e.csv`;
      const said = await send(
        "PUT",
        `/files/upload?name=${encodeURIComponent(name)}`,
        `${header}\n${script},a,EUR,1,2024-01-01,b\n`,
      );
      const answer = await said.text();
      expect(answer, answer).to.include("is in the bucket");
      const job = /href="([^"]+)"/.exec(answer)?.[1]?.replaceAll("&#38;", "&") ?? "";
      const texts = [
        answer,
        await until("/files/jobs", "done"),
        await get(job),
        await get(job.replace("?", "/status?")),
        await until(job.replace("?", "/rejects?"), "<mark>"),
        await post("/users/password", { username: script, password: "Correct-horse-1" }),
        await post("/api/send", { route: "GET /", as: `access ${script}` }),
        await get(`/functions/log?name=${encodeURIComponent(script)}`),
        await get(`/files?limit=${encodeURIComponent(script)}`),
      ];
      for (const text of texts) expect(text).to.not.match(/<script>alert|<img|\u202e/);
      expect(texts[4]).to.include("<mark>&#60;script&#62;alert(1)&#60;/script&#62;</mark>");
    });
  });

  it("says in one panel that a service doesn't answer, and shows the page and the others", async () => {
    const back = keepEnvironment();
    const other = new Session();
    try {
      process.env.AWS_ENDPOINT_URL_LAMBDA = "http://127.0.0.1:1";
      const entry = await startConsole(other, "local", { readOutputs });
      const { cookie: own } = await enterConsole(entry);
      const ask = (path: string) => fetch(new URL(path, entry), { headers: { cookie: own } });
      const settings = await ask("/functions/settings");
      expect(settings.status).to.equal(502);
      expect(await settings.text()).to.include("can&#39;t be reached (ECONNREFUSED)");
      expect((await ask("/functions")).status).to.equal(200);
      expect((await ask("/functions/letters")).status).to.equal(200);
    } finally {
      back();
      await other.close();
    }
  });

  it("shows what is in the tables, a page at a time, and what was loaded into them", async () => {
    await send("PUT", "/files/upload?name=shown.csv", `${header}\n1,${script},EUR,1,2024-01-01,NULL\n`);
    await until("/job/status?key=shown.csv", "Loaded.");
    expect(await until("/tables/list", "counted")).to.include('href="/table?name=records"');
    expect(await get("/table/columns?name=records")).to.include("character varying(100)");
    const rows = await get("/table/rows?name=records");
    expect(rows).to.include("&#60;script&#62;alert(1)").and.include("NULL").and.not.include("<script>");
    expect(await get("/table/loads?name=records")).to.include("shown.csv");
    for (const path of [
      "columns?name=ingest_jobs",
      "rows?name=ingest_jobs",
      "rows?name=records&after=1 OR 1",
    ]) {
      expect(await get(`/table/${path}`), path).to.match(
        /class="problem">.*(There is no table|must be the place)/,
      );
    }
    expect(await get("/tables/psql")).to.include("npm run tunnel -- --stack local");
  });

  it("loads the sample by one click, saves its rejects as a file to mend, and resumes a failed job", async () => {
    expect(await post("/files/sample")).to.include("sample.csv is in the bucket");
    await until("/job/status?key=sample.csv", "Loaded, but for");
    for (const part of ["status", "rejects"]) {
      const done = await fetch(`${origin}/job/${part}?key=sample.csv`, { headers: { cookie } });
      expect(done.headers.get("x-again"), "the next look at what is done").to.equal(null);
    }
    const response = await fetch(`${origin}/job/rejects.csv?key=sample.csv`, { headers: { cookie } });
    expect(response.headers.get("content-disposition")).to.equal('attachment; filename="rejects.csv"');
    expect((await response.text()).split("\n").slice(0, 2)).to.deep.equal([
      header,
      "abcd,Bad Mcc,USD,10.00,2019-01-01,Credit",
    ]);
    const first = await get("/table/rows?name=records");
    const next = /href="\/table\?([^"]*)"\s*>Next/.exec(first)?.[1]?.replaceAll("&#38;", "&");
    expect(await get(`/table/rows?${next}`))
      .to.include(">Next")
      .and.include(">First")
      .and.not.equal(first);
    const reasons = await get("/job/rejects.csv?key=sample.csv&what=reasons");
    expect(reasons).to.match(/^line,byte,column,value,code,reason\n\d+,\d+,"mcc","abcd"/);
    await send("PUT", "/files/upload?name=failing.csv", "a,b\n1,2\n");
    const failed = await until("/job/status?key=failing.csv", "It failed");
    const looked = await fetch(`${origin}/job/status?key=failing.csv`, { headers: { cookie } });
    expect(looked.headers.get("x-again"), "somebody may resume it elsewhere").to.equal("5000");
    expect(failed).to.include("no header of the table records");
    expect(await post("/job/resume?key=failing.csv")).to.include("It goes on from byte 0");
    await until("/job/status?key=failing.csv", "It failed");
  });

  it("draws the environment with the config that it is up with, and says of a box what it is, costs, and where it answers", async () => {
    process.env.GROUNDWORK_ANNOUNCEMENTS = session.dir;
    publishEnvironment(session, { ...environment, config: { "ingest:timeout": "77" } }, session.dir);
    const drawing = await until("/map/drawing?zoom=150", "<svg");
    expect(drawing)
      .to.match(/<svg width="\d/)
      .and.include('href="/map?box=database"');
    expect(drawing).to.not.match(/<style|<script/);
    const box = await get("/map/box?box=database");
    expect(box).to.include(`${environment.database.server.host}:${environment.database.server.port}`);
    expect(box).to.include("a month while nothing happens").and.include("db.t4g.micro");
    expect(await get("/map/box?box=ingest")).to.match(/timeout<\/dt>\s*<dd>77</);
    expect(await get("/map/box?box=bucket-ingest")).to.include(environment.outputs.ingest.bucketName);
    for (const name of [script, "__proto__", "constructor"]) {
      const said = await get(`/map/box?box=${encodeURIComponent(name)}`);
      expect(said).to.include("The map has no ").and.not.include("<script>");
    }
  });

  it("makes users and groups, signs in, shows what the tokens say, and calls the API by them", async () => {
    const user = { username: "console", password: "Correct-horse-1" };
    expect(await post("/users/create", { ...user, password: "short" })).to.include("The password is refused");
    expect(await post("/users/create", user)).to.include("console is there");
    await post("/users/group", { group: "test-g1" });
    expect(await post("/users/member", { ...user, group: "test-g1" })).to.include("console is in test-g1");
    expect(await get("/users/list")).to.match(/console<\/td><td>CONFIRMED<\/td><td>test-g1/);
    expect(await post("/users/signIn", { ...user, password: "wrong" })).to.include("password is wrong");
    expect(await post("/users/signIn", user)).to.include("console is signed in");
    expect(await get("/users/tokens")).to.include("aws.cognito.signin.user.admin");
    const statuses = ["", "access console", "id console"].map(
      async (as) => /<strong>(\d+)/.exec(await post("/api/send", { route: "GET /", as }))?.[1],
    );
    expect(await Promise.all(statuses)).to.deep.equal(["401", "200", "401"]);
    for (const route of ["", "GET /../../elsewhere", "DELETE /", "GET //evil.example/"])
      expect(await post("/api/send", { route, as: "" })).to.include("There is no such route");
    expect(await get("/api/routes")).to.include("GET /admin-only/all");
  });

  it("calls every route with every kind of token, and shows how that differs from what is expected", async () => {
    expect(await get("/api/matrix")).to.include("Check them all");
    expect(await post("/api/check")).to.include("on their way");
    expect(await post("/api/check")).to.include("It is running");
    const matrix = await until("/api/matrix", "Every answer is as expected");
    expect(matrix).to.include("GET /admin-only/all").and.include("ended refresh").and.include("<td>403</td>");
    expect(await get("/users/list"), "its users are gone").to.not.include("check-api-");
  });

  it("shows what the functions log, and tries a dead letter again", async () => {
    const { queues } = environment.services;
    const queue = environment.outputs.ingest.deadLetterQueueUrl.split("/").at(-1) ?? "";
    await send("PUT", "/files/upload?name=late.csv", `${header}\n1,a,EUR,1,2024-01-01,b\n`);
    await until("/job/status?key=late.csv", "Loaded.");
    const bucket = environment.outputs.ingest.bucketName;
    const body = { requestPayload: { bucket, key: "late.csv" }, responsePayload: { errorMessage: script } };
    queues.send(queue, JSON.stringify(body));
    queues.send(queue, `no JSON, ${script}`);
    queues.send(queue, "null");
    const letters = await until("/functions/letters", "late.csv");
    expect(letters).to.include("&#60;script&#62;").and.to.not.include("<script>");
    expect(letters)
      .to.include("can&#39;t be read: no JSON, &#60;script")
      .and.include("can&#39;t be read: null");
    expect(await get("/functions/letters"), "another tab, at once").to.equal(letters);
    expect(await post("/functions/retry?key=late.csv")).to.include("late.csv: started again");
    expect(queues.peek(queue)).to.have.lengthOf(2);
    expect(await until("/functions/log?name=ingest", "late.csv")).to.include("Of ingest alone");
    const settings = await get("/functions/settings");
    for (const name of ["ingest", "ingest-jobs", "schema", "group-authorizer"]) {
      expect(settings).to.match(
        new RegExp(
          `name=${name}">${name}</a></td>\\s*<td>[\\w-]+</td>\\s*<td>nodejs\\d+.x</td>[^/]+/td>[^/]+ s</td>\\s*<td class="number">[\\d.]+ kB</td>`,
        ),
      );
    }
    const archive = await get("/functions/archive?name=ingest");
    expect(archive).to.match(/<td>node_modules\/pg\/lib\/client\.js<\/td>\s*<td class="number">[\d.]+ kB/);
    expect(await get("/functions/archive?name=nothing")).to.include("There is no function nothing");
    expect(await get("/functions/log?name=nothing")).to.include("There is no function nothing");
  });
});

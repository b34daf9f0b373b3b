import * as path from "node:path";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { Session } from "../../../../local/session";
import { openChromium } from "../../../support/chromium";
import { dropFile } from "../../../support/dropFile";
import { WatchedCheckout } from "../../../support/watchedCheckout";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";

/** What somebody does who has it beside the editor, from the first look on: each step needs those before it. */
describe("an hour with the console", function () {
  this.timeout(300_000);
  let session: Session;
  let checkout: WatchedCheckout;
  let browser: Browser;
  let page: Page;

  before(async function () {
    browser = await openChromium(this);
    session = new Session();
    checkout = new WatchedCheckout(path.join(session.dir, "checkout"));
    await checkout.told(/^watching/);
    page = await browser.newPage();
    page.setDefaultTimeout(120_000);
  });
  after(async () => {
    await browser?.close();
    await checkout?.end();
    await session?.close();
  });
  const go = (name: string) => page.click(`nav >> text=${name}`);

  it("opens it", async () => {
    await page.goto(checkout.consoleAddress());
    await page.waitForSelector("text=No file was loaded yet");
  });

  it("drops a file, sees it load, and its rejects", async () => {
    await dropFile(
      page,
      "good.csv",
      `${header}\n1,a,EUR,1,2024-01-01,b\n2,b,EUR,2,2024-01-01,b\nx,c,EUR,1,2024-01-01,b\n`,
    );
    await page.click("#said a");
    await page.waitForSelector("text=Loaded, but for the rejected records below.");
    expect(await page.textContent("mark")).to.equal("x");
  });

  it("sees a file fail, mends the table while it runs, and resumes the file", async () => {
    await go("Files");
    await dropFile(page, "other.csv", `${header.replace("amount", "price")}\n3,c,EUR,3,2024-01-01,b\n`);
    await page.click("#said a");
    await page.waitForSelector("text=It failed: ");
    checkout.save("tables/records.ts", (text) =>
      text.replace(`name: "amount"`, `name: "amount", header: "price"`),
    );
    await page.waitForSelector(".watch >> text=/deployed .*Function ingest/");
    await page.click("#resume");
    await page.waitForSelector("text=Loaded.");
    await go("Tables");
    await page.click("main >> text=records");
    await page.waitForSelector("text=3 counted");
  });

  it("signs a user in, and calls a route with the token", async () => {
    await go("Users");
    for (const [action, said] of [
      ["create", "story is there"],
      ["signIn", "story is signed in"],
    ]) {
      await page.fill(`[action="/users/${action}"] [name=username]`, "story");
      await page.fill(`[action="/users/${action}"] [name=password]`, "Correct-horse-1");
      await page.keyboard.press("Enter");
      await page.waitForSelector(`#said >> text=${said}`);
    }
    await go("API");
    await page.selectOption("[name=route]", { label: "GET /" });
    await page.selectOption("[name=as]", "access story");
    await page.click("text=Send >> visible=true");
    await page.waitForSelector("#answer strong >> text=200");
  });

  it("reads a function's log", async () => {
    await go("Functions");
    await page.click("main >> text=/^ingest$/");
    await page.waitForSelector("pre.log >> text=/REPORT RequestId/");
    expect(await page.textContent("pre.log"))
      .to.include("ingest START")
      .and.not.include("ingest-jobs");
  });

  it("finds a box on the map, and what it is", async () => {
    await go("Map");
    await page.click(".map >> text=demo-db");
    await page.waitForSelector("text=a month while nothing happens");
    const { databaseUrl } = checkout.running();
    expect(await page.textContent("main")).to.include(`127.0.0.1:${new URL(databaseUrl).port}`);
  });

  it("edits a function, and sees what it does now", async () => {
    await page.goto(`${new URL(page.url()).origin}/table?name=records`);
    await page.waitForSelector("text=3 counted");
    checkout.save("functions/jobs/tables.ts", (text) => text.replace("pageRows = 50", "pageRows = 1"));
    await page.waitForSelector(".watch >> text=/deployed Function ingest-jobs$/");
    await page.reload();
    await page.click("main >> text=Next");
    await page.waitForSelector("main >> text=First");
    await page.waitForSelector("td >> text=EUR");
    expect(await page.locator("[aria-label^='Rows, as'] tbody tr").count()).to.equal(1);
    checkout.save("functions/jobs/tables.ts", (text) => `${text}\nconst half = ;\n`);
    await page.waitForSelector(".watch >> text=/not deployed: functions.jobs.tables/");
    expect(await page.locator("[aria-label^='Rows, as'] tbody tr").count()).to.equal(1);
  });
});

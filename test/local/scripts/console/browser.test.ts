import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { AxeResults } from "axe-core";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { Session } from "../../../../local/session";
import { consolePages, openPage } from "../../../../scripts/bench/consolePages";
import { openChromium } from "../../../support/chromium";
import { dropFile } from "../../../support/dropFile";
import { startConsoleOf } from "../../../support/console";

const changes = [
  {
    at: new Date(0),
    milliseconds: 900,
    deployed: [],
    problems: ["functions/jobs/jobs.ts:132:11: Expression expected."],
  },
  { at: new Date(0), milliseconds: 1800, deployed: ["Function ingest-jobs"], problems: [] },
];
/** Each page, and what of it needs something behind it. */
const pages = [
  ..."map map?box=database files job?key=dropped.csv tables table?name=records".split(" "),
  ..."functions users api watch".split(" "),
];
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const header = "mcc,merchant,currency,amount,transaction_date,card_type";

describe("the console in a browser", function () {
  this.timeout(120_000);
  let session: Session;
  let address: string;
  let restore: () => void;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  before(async function () {
    browser = await openChromium(this);
    session = new Session();
    ({ address, restore } = await startConsoleOf(session, "[18987]", changes));
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(60_000);
    page.on(
      "console",
      (message) =>
        message.type() === "error" &&
        !message.text().startsWith("Failed to load") &&
        complaints.push(message.text()),
    );
    page.on("response", (response) => {
      if (response.status() < 400) return;
      void response.text().then((text) => complaints.push(`${response.url()}: ${text}`));
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
  });
  after(async () => {
    await browser?.close();
    restore?.();
    await session?.close();
  });

  it("loads a file that is dropped on it, shows its job and its rejects, and the policy had nothing to stop", async () => {
    await page.goto(address);
    expect(new URL(page.url()).search, "the token has left the address").to.equal("");
    await dropFile(
      page,
      "dropped.csv",
      `${header}\n1,a,EUR,1,2024-01-01,b\nx,<b>bold</b>,EUR,1,2024-01-01,b\n`,
    );
    await page.click("#said a");
    await page.waitForSelector("text=Loaded, but for the rejected records below.");
    expect(await page.textContent("mark")).to.equal("x");
    expect(await page.textContent("td pre")).to.equal("x,<b>bold</b>,EUR,1,2024-01-01,b");
    await page.click("text=All files");
    await page.waitForSelector("td >> text=dropped.csv");
    await shot("files");
    expect(complaints).to.deep.equal([]);
  });

  it("goes by keyboard, and signs a user in to call a route", async () => {
    await page.goto(`${new URL(address).origin}/users`);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).to.equal("To the content");
    await page.fill('[action="/users/create"] [name=username]', "browsing");
    await page.fill('[action="/users/create"] [name=password]', "Correct-horse-1");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#said >> text=browsing is there");
    await page.fill('[action="/users/signIn"] [name=username]', "browsing");
    await page.fill('[action="/users/signIn"] [name=password]', "Correct-horse-1");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#said >> text=browsing is signed in");
    await page.click("text=Sign in at the hosted UI");
    const [hosted] = await Promise.all([page.waitForEvent("popup"), page.click("#hosted")]);
    await hosted.fill('[name="username"]', "browsing");
    await hosted.fill('[name="password"]', "Correct-horse-1");
    await hosted.click('[type="submit"]');
    await hosted.waitForSelector("text=You are signed in");
    await page.waitForSelector("text=browsing (hosted UI): access token");
    await page.click("nav >> text=API");
    for (const [as, status] of [
      ["access browsing", "401"],
      ["access browsing (hosted UI)", "200"],
    ] as const) {
      await page.selectOption("[name=route]", { label: "GET /scoped" });
      await page.selectOption("[name=as]", as);
      await page.click("text=Send >> visible=true");
      await page.waitForSelector(`#answer strong >> text=${status}`);
    }
    expect(complaints).to.deep.equal([]);
  });

  it("needs less than 300 kB for any of its pages, from the first byte to the last panel", async () => {
    for (const name of consolePages) {
      const { bytes, painted } = await openPage(browser, address, name);
      expect(bytes, name).to.be.within(10_000, 300_000);
      expect(painted, name).to.be.above(0);
    }
  });

  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [360, 1440])
      it(`meets WCAG AA at ${width} px in the ${colorScheme}, and nothing is wider`, async () => {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        const found: string[] = [];
        for (const name of pages) {
          await page.goto(`${new URL(address).origin}/${name}`);
          while ((await page.locator("text=Loading …").count()) > 0) await sleep(50);
          const wide = Number(await page.evaluate("document.documentElement.scrollWidth"));
          if (wide > width) found.push(`${name} is ${wide} px wide`);
          // By the debugger, which the page's policy doesn't stop.
          await page.evaluate(axe);
          const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
          const { violations } = await page.evaluate<AxeResults>(
            `axe.run({ runOnly: ${JSON.stringify(rules)} })`,
          );
          for (const { id, nodes } of violations)
            found.push(
              ...nodes.map(
                ({ target, failureSummary }) => `${name} ${id} ${target.join()}: ${failureSummary}`,
              ),
            );
          await shot(`${name.replace(/\?.*=/, "-")}-${colorScheme}`);
        }
        expect(found).to.deep.equal([]);
        expect(complaints).to.deep.equal([]);
      });

  /** For the eye, where a folder is named. */
  async function shot(name: string): Promise<void> {
    const dir = process.env.CONSOLE_SCREENSHOTS;
    const width = page.viewportSize()?.width ?? 0;
    if (dir !== undefined) await page.screenshot({ path: `${dir}/${name}-${width}.png`, fullPage: true });
  }
});

import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext } from "playwright-core";
import { GroundworkError } from "../../infra/error";
import { publishEnvironment } from "../../local/runningEnvironment";
import { median } from "../../trials/median";
import { startConsole } from "../console/server";
import { startChromium } from "../shared/chromium";
import { writeColumns } from "../shared/columns";
import { withEnvironment } from "../shared/localEnvironment";
import { enterAws } from "../shared/stackOutputs";
import { formatBytes } from "../shared/terminal";

/** The console's pages, each of something that the sample leaves. */
export const consolePages = [
  ..."map map?box=database files job?key=sample.csv tables table?name=records".split(" "),
  ..."functions functions?name=ingest users api".split(" "),
];

/** A page as a browser saw it that had nothing of it before. */
interface Opening {
  /** Milliseconds to the first contentful paint. */
  readonly painted: number;
  /** That came over the wire until every panel was filled: with headers, and without polls behind that. */
  readonly bytes: number;
  readonly requests: number;
}

/** @param address that lets a browser into the console */
export async function openPage(browser: Browser, address: string, name: string): Promise<Opening> {
  const context = await enter(browser, address);
  try {
    const page = await context.newPage();
    await page.goto(new URL(name, address).href);
    // Asked by the debugger, time and again: the page's policy stops what would wait in the page itself.
    while (await page.evaluate(`document.body.innerText.includes("Loading …") || ${paint}.length === 0`))
      await sleep(20);
    return await page.evaluate<Opening>(`(() => {
      const sent = ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type));
      const bytes = sent.reduce((sum, { transferSize }) => sum + transferSize, 0);
      return { painted: ${paint}[0].startTime, bytes, requests: sent.length };
    })()`);
  } finally {
    await context.close();
  }
}

const paint = `performance.getEntriesByName("first-contentful-paint")`;

async function enter(browser: Browser, address: string): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.request.get(address, { maxRedirects: 0 });
  return context;
}

/** Prints how soon each page of the console is painted, and how much of it is sent: `npm run bench -- --console`. */
export async function measureConsole({
  runs,
  json,
  stop,
}: {
  runs: number;
  json: boolean;
  stop: AbortSignal;
}): Promise<void> {
  const browser = await startChromium();
  if (!browser) throw new GroundworkError("There is no Chromium in /usr/bin: install the system's");
  try {
    const lines = await withEnvironment({ signal: stop }, async (environment, session) => {
      publishEnvironment(session, environment);
      enterAws(environment.stack);
      const address = await startConsole(session, environment.stack);
      // Before anything else is loaded: each page for the first time.
      const openings = new Map<string, Opening[]>();
      for (const name of consolePages) openings.set(name, [await openPage(browser, address, name)]);
      await loadSample(browser, address);
      for (let run = 0; run < runs; run++) {
        stop.throwIfAborted();
        for (const [name, all] of openings) all.push(await openPage(browser, address, name));
      }
      return [...openings].map(([name, [first, ...later]]) => ({
        page: name,
        firstMs: first!.painted,
        ms: median(later.map(({ painted }) => painted)),
        leastMs: Math.min(...later.map(({ painted }) => painted)),
        bytes: median(later.map(({ bytes }) => bytes)),
        requests: median(later.map(({ requests }) => requests)),
      }));
    });
    if (json) return void process.stdout.write(`${JSON.stringify({ lines })}\n`);
    const rows = lines.map(({ page, firstMs, ms, leastMs, bytes, requests }) => [
      `/${page}`,
      ...[firstMs, ms, leastMs].map((each) => `${Math.round(each)} ms`),
      formatBytes(bytes),
      String(requests),
    ]);
    const titles = ["page", "the very first time", "first paint", "the soonest", "sent", "requests"];
    writeColumns([titles, ...rows], process.stdout, [1, 2, 3, 4, 5]);
  } finally {
    await browser.close();
  }
}

async function loadSample(browser: Browser, address: string): Promise<void> {
  const { request } = await enter(browser, address);
  const { origin } = new URL(address);
  await request.post(`${origin}/files/sample`, { headers: { origin } });
  while (!(await (await request.get(`${origin}/job/status?key=sample.csv`)).text()).includes("Loaded"))
    await sleep(200);
}

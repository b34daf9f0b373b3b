import type { Browser } from "playwright-core";
import { startChromium } from "../../scripts/shared/chromium";
import { notRun } from "./notRun";

/** The Chromium of this machine; where there is none, what the test's hook is for is left out. */
export async function openChromium(test: Mocha.Context): Promise<Browser> {
  return (await startChromium()) ?? notRun(test, "Chromium");
}

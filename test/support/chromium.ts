import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { notRun } from "./notRun";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The Chromium of this machine; where there is none, what the test's hook is for is left out. */
export async function openChromium(test: Mocha.Context): Promise<Browser> {
  const executablePath = places.find(existsSync);
  if (executablePath === undefined) return notRun(test, "Chromium");
  // Chromium's own sandbox needs a user who isn't root, and a kernel that lets him.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

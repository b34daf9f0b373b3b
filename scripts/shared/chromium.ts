import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts the Chromium of this machine, without a window; undefined where there is none. */
export async function startChromium(): Promise<Browser | undefined> {
  const executablePath = places.find(existsSync);
  if (executablePath === undefined) return undefined;
  const { chromium } = await import("playwright-core");
  // Chromium's own sandbox needs a user who isn't root, and a kernel that lets him.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

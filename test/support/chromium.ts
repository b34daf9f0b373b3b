import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The Chromium of this machine; where there is none, it says so and skips what the test's hook is for. */
export async function openChromium(test: Mocha.Context): Promise<Browser> {
  const executablePath = places.find(existsSync);
  if (executablePath === undefined) {
    process.stderr.write("      skipped: there is no Chromium on this machine\n");
    return test.skip();
  }
  // Chromium's own sandbox needs a user who isn't root, and a kernel that lets him.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

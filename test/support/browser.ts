import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The system's Chromium; where there is none, the tests that need it are skipped, and a line says so. */
export async function launchBrowser(tests: Mocha.Context): Promise<Browser> {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    existsSync,
  );
  if (executablePath === undefined) {
    process.stderr.write("      skipped: there is no Chromium on this machine\n");
    return tests.skip();
  }
  // Chromium's own sandbox needs a user who isn't root, and a kernel that lets him.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

// Tests bring their own environments: what a person keeps in the root, or has up on this machine, doesn't matter to them.
process.env.GROUNDWORK_ENVIRONMENTS ??= path.join(__dirname, "../environments");
const announcements = mkdtempSync(path.join(tmpdir(), "groundwork-up-"));
process.env.GROUNDWORK_ANNOUNCEMENTS = announcements;

process.on("exit", () => rmSync(announcements, { recursive: true, force: true }));

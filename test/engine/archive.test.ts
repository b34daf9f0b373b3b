import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { unzipSync } from "fflate";
import { programs, root } from "../../programs/programs";
import { deployedCopy, needsPulumi, stacks } from "./support/deployed";
import type { Engine } from "./support/engine";

/** The SHA-256 of each file of a function's archive, by its path. */
type Hashes = Readonly<Record<string, string>>;

/** An archive as the engine records it. */
interface RecordedArchive {
  readonly assets: Readonly<Record<string, { readonly hash: string }>>;
}

describe("the archive of each function", () => {
  let dir: string | undefined;
  before(needsPulumi);
  before(() => (dir = mkdtempSync(path.join(tmpdir(), "groundwork-engine-"))));
  after(() => {
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  for (const stack of stacks) {
    it(`of ${stack} is recorded by the engine with the hashes of what npm run package writes`, async () => {
      const engine = deployedCopy();
      const out = path.join(dir!, stack);
      const script = ["-r", "./programs/register.js", "scripts/package.ts", out, "--stack", stack];
      await promisify(execFile)(process.execPath, script, { cwd: root });
      const here = packagesIn(out);
      expect(Object.keys(here)).to.include.members(["ingest", "schema", "group-authorizer"]);
      expect(recorded(engine, stack)).to.deep.equal(here);
    });
  }
});

function packagesIn(dir: string): Record<string, Hashes> {
  const zips = readdirSync(dir).filter((file) => file.endsWith(".zip"));
  return Object.fromEntries(
    zips.map((file) => {
      const files = Object.entries(unzipSync(readFileSync(path.join(dir, file))));
      return [
        path.basename(file, ".zip"),
        Object.fromEntries(files.map(([name, bytes]) => [name, sha256(bytes)])),
      ];
    }),
  );
}

function recorded(engine: Engine, stack: string): Record<string, Hashes> {
  const resources = programs.flatMap(({ project }) => engine.resources(project, stack));
  const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
  return Object.fromEntries(
    functions.map(({ urn, inputs }) => {
      const { assets } = inputs?.code as RecordedArchive;
      const hashes = Object.entries(assets).map(([name, { hash }]) => [name, hash] as const);
      return [urn.split("::").at(-1) ?? "", Object.fromEntries(hashes)];
    }),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

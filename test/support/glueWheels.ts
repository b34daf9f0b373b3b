import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { wheelsFolder } from "../../infra/ingest/glueWheels";

/** Puts empty wheels where a cache keeps the job's, so that programs with the Glue road run without 65 MB from PyPI. */
export function writeStandInWheels(cache: string): void {
  const folder = wheelsFolder(cache);
  mkdirSync(folder, { recursive: true });
  for (const name of ["psycopg", "nodejs"])
    writeFileSync(path.join(folder, `${name}-1-py3-none-any.whl`), "");
}

/** Stand-in wheels for the programs that a suite runs in the tests' own process. */
export function standInForGlueWheels(): void {
  const given = process.env.GROUNDWORK_CACHE;
  const cache = mkdtempSync(path.join(tmpdir(), "groundwork-cache-"));
  before(() => {
    process.env.GROUNDWORK_CACHE = cache;
    writeStandInWheels(cache);
  });
  after(() => {
    if (given === undefined) delete process.env.GROUNDWORK_CACHE;
    else process.env.GROUNDWORK_CACHE = given;
    rmSync(cache, { recursive: true });
  });
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { wheelsFolder } from "../../infra/ingest/glueWheels";

/** Puts an empty wheel where the job's are kept, so that programs with the Glue road run without 65 MB from PyPI. */
export function standInForGlueWheels(): void {
  const given = process.env.GROUNDWORK_CACHE;
  const cache = mkdtempSync(path.join(tmpdir(), "groundwork-cache-"));
  before(() => {
    process.env.GROUNDWORK_CACHE = cache;
    mkdirSync(wheelsFolder());
    for (const name of ["psycopg", "nodejs"])
      writeFileSync(path.join(wheelsFolder(), `${name}-1-py3-none-any.whl`), "");
  });
  after(() => {
    if (given === undefined) delete process.env.GROUNDWORK_CACHE;
    else process.env.GROUNDWORK_CACHE = given;
    rmSync(cache, { recursive: true });
  });
}

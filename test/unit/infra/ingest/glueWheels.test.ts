import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { glueWheels, wheelsFolder } from "../../../../infra/ingest/glueWheels";
import { root } from "../../../../programs/programs";

describe("The wheels of the Glue job", () => {
  const kept = { PATH: process.env.PATH, GROUNDWORK_CACHE: process.env.GROUNDWORK_CACHE };
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-wheels-"));
    process.env.GROUNDWORK_CACHE = path.join(dir, "cache");
    process.env.PATH = `${dir}:${kept.PATH}`;
  });
  afterEach(() => {
    Object.assign(process.env, kept);
    if (kept.GROUNDWORK_CACHE === undefined) delete process.env.GROUNDWORK_CACHE;
    rmSync(dir, { recursive: true });
  });

  /** A python3 that notes what it is called with, and has the last argument for the folder of its files. */
  function python(script: string): void {
    const file = path.join(dir, "python3");
    writeFileSync(file, `#!/bin/sh\necho "$@" >> ${dir}/calls\nfor last; do :; done\n${script}\n`);
    chmodSync(file, 0o755);
  }
  const calls = () => readFileSync(path.join(dir, "calls"), "utf8").trim().split("\n");

  it("are those of the list, by their hashes, for what Glue 5.0 runs on, and are got once", () => {
    python('touch "$last/b.whl" "$last/a.whl" "$last/a.txt"');
    const wanted = ["a.whl", "b.whl"].map((file) => path.join(wheelsFolder(), file));
    expect(glueWheels()).to.deep.equal(wanted);
    expect(glueWheels()).to.deep.equal(wanted);
    expect(calls()).to.have.length(1);
    const [call = ""] = calls();
    expect(call.slice(0, call.lastIndexOf(" "))).to.equal(
      "-m pip download --quiet --python-version 3.11 --implementation cp --platform manylinux2014_x86_64 " +
        "--no-deps --only-binary=:all: --require-hashes " +
        `--requirement ${path.join(root, "functions/glue/wheels.txt")} --dest`,
    );
    expect(readdirSync(path.join(dir, "cache"))).to.deep.equal([path.basename(wheelsFolder())]);
  });

  it("are those that another process has brought meanwhile", () => {
    python(`mkdir -p ${wheelsFolder()} && touch ${wheelsFolder()}/theirs.whl "$last/ours.whl"`);
    expect(glueWheels()).to.deep.equal([path.join(wheelsFolder(), "theirs.whl")]);
    expect(readdirSync(path.join(dir, "cache"))).to.have.length(1);
  });

  it("fail with what pip said last, and leave nothing half got", () => {
    python('touch "$last/a.whl"; printf "trying\\nno such wheel\\n" >&2; exit 1');
    expect(() => glueWheels()).to.throw(
      "ingest:glue needs the wheels of functions/glue/wheels.txt, which python3 -m pip could not get: no such wheel",
    );
    python("exit 1");
    expect(() => glueWheels()).to.throw(/could not get: Command failed/);
    expect(existsSync(wheelsFolder())).to.equal(false);
    expect(readdirSync(path.join(dir, "cache"))).to.be.empty;
  });
});

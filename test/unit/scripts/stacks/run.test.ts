import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { selectProjects } from "../../../../scripts/stacks/plan";
import { runStacks } from "../../../../scripts/stacks/run";
import type { States } from "../../../../scripts/stacks/states";
import { keepEnvironment } from "../../../support/environment";
import { rejection } from "../../../support/rejection";

describe("a run over the stacks", () => {
  let bin: string;
  let restore: () => void;
  beforeEach(() => {
    bin = mkdtempSync(path.join(tmpdir(), "groundwork-cli-"));
    restore = keepEnvironment();
  });
  afterEach(() => {
    restore();
    rmSync(bin, { recursive: true, force: true });
  });

  /** A `pulumi` on PATH that fails so many times with what it says, and then does well. */
  function install(times: number, says: string): () => number {
    const calls = path.join(bin, "calls");
    writeFileSync(calls, "");
    const script = `#!/bin/sh\necho call >> ${calls}\nif [ $(wc -l < ${calls}) -le ${times} ]; then echo '${says}'; exit 255; fi\n`;
    writeFileSync(path.join(bin, "pulumi"), script);
    chmodSync(path.join(bin, "pulumi"), 0o755);
    process.env.PATH = `${bin}:${process.env.PATH}`;
    return () => readFileSync(calls, "utf8").split("\n").length - 1;
  }

  const destroy = () =>
    runStacks({
      action: "destroy",
      projects: selectProjects("destroy", ["database"]),
      config: {},
      states: {
        stack: "dev",
        stop: new AbortController().signal,
        of: () => Promise.resolve({ kind: "there" }),
      } as unknown as States,
      manner: { yes: true },
      report: () => undefined,
      wakeDelay: 1,
    });

  for (const says of [
    "ResourceNotReadyException: The function is inactive and its VPC connection is no longer available.",
    "ResourceConflictException: The operation cannot be performed at this time. The function is currently in the following state: Pending",
  ]) {
    it(`calls again while Lambda says "${says.slice(0, 30)}…"`, async () => {
      const calls = install(2, says);
      await destroy();
      expect(calls()).to.equal(3);
    });
  }

  it("gives up on what doesn't wake, and on anything else at once", async () => {
    const sleeping = install(100, "The function is currently in the following state: Inactive");
    expect(await rejection(destroy())).to.include("the function slept for weeks");
    expect(sleeping()).to.be.within(5, 10);
    const broken = install(100, "InternalFailure");
    expect(await rejection(destroy())).to.include("database failed");
    expect(broken()).to.equal(1);
  });

  it("says what a destroy waits for", async () => {
    install(0, "");
    const said: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
    try {
      await destroy();
    } finally {
      process.stdout.write = write;
    }
    expect(said.join("")).to.include("Lambda gives up their network interfaces in 20 to 45 minutes");
  });
});

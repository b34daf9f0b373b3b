import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { treeBytes } from "../../../../trials/compare/processTree";

describe("a tree of processes", () => {
  it("counts as its memory that of a process with its children", async () => {
    const code =
      "globalThis.held = Buffer.alloc(1 << 26, 1); setTimeout(() => {}, 1e4); process.stdout.write('up')";
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await once(child.stdout, "data");
      const part = await treeBytes(child.pid ?? 0);
      expect(part).to.be.greaterThan(1 << 26);
      expect(await treeBytes(process.pid)).to.be.greaterThan(part + 30e6);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { firstBoot } from "../../../infra/linuxInstance";

describe("a machine of ours", () => {
  it("takes its updates by itself, from its first boot on", () => {
    const script = firstBoot(["echo set-up"]);
    expect(spawnSync("bash", ["-n"], { input: script }).status).to.equal(0);
    expect(script)
      .to.match(/^#!\/bin\/bash\n/)
      .and.to.include("\necho set-up\n");
    expect(script).to.include("OnCalendar=Sun").and.to.include("dnf upgrade --assumeyes --releasever=latest");
  });
});

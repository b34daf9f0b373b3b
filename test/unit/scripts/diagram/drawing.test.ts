import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { dryRun } from "../../../../programs/dryRun";
import { root } from "../../../../programs/programs";
import { architectureOf } from "../../../../scripts/diagram/architecture";
import { drawing } from "../../../../scripts/diagram/drawing";

describe("The architecture", () => {
  it("is drawn as the programs are now (npm run diagram writes docs/architecture.svg)", async () => {
    const svg = readFileSync(path.join(root, "docs/architecture.svg"), "utf8");
    expect(await drawing("dev")).to.equal(svg);
    expect(svg).to.not.match(/<script|<image|href=/);
  });

  it("shows who may talk to the database, and what an upload starts", async () => {
    const { arrows } = architectureOf(await dryRun("dev"));
    const said = arrows.map(({ from, to, label }) => `${from} > ${to}: ${label}`);
    expect(said.filter((each) => each.includes("> database"))).to.have.members([
      "schema > database: tcp 5432",
      "ec2-proxy > database: tcp 5432",
      "ingest > database: tcp 5432",
      "ingest-jobs > database: tcp 5432",
      "records > database: tcp 5432",
    ]);
    expect(said).to.include.members([
      "bucket-ingest > ingest: upload",
      "ingest > ingest: next hop",
      "laptop > ec2-proxy: Session Manager",
    ]);
    expect(said.filter((each) => each.includes("upload"))).to.have.length(1);
  });

  it("has a NAT gateway, and SSH, where config asks for them", async () => {
    const config = {
      "networking:nat": "gateway",
      "database:bastion": "ssh",
      "database:bastionPublicKey":
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@laptop",
      "database:bastionSshCidrs": '["203.0.113.7/32"]',
    };
    const { boxes, arrows } = architectureOf(await dryRun("dev", { config }));
    expect(boxes.find(({ id }) => id === "nat")?.lines).to.deep.equal(["NAT gateway"]);
    expect(boxes.some(({ id }) => id === "endpoints")).to.equal(false);
    expect(arrows.find(({ from }) => from === "laptop")?.label).to.equal("SSH, tcp 22");
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { environmentOf, readEnvironmentFile } from "../../../programs/environments";

describe("the file of an environment", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), "groundwork-environments-"))));
  after(() => rmSync(folder, { recursive: true }));
  const read = (text: string): ReturnType<typeof readEnvironmentFile> => {
    writeFileSync(path.join(folder, "Pulumi.own.yaml"), text);
    return readEnvironmentFile("own", folder);
  };

  it("is that of the last part of a stack's name", () => {
    expect(["dev", "acme/dev", "acme/networking/dev"].map(environmentOf)).to.deep.equal([
      "dev",
      "dev",
      "dev",
    ]);
    expect(readEnvironmentFile("acme/dev").config).to.have.property("aws:region");
  });

  it("may hold what the CLI keeps in it", () => {
    const text = "secretsprovider: awskms://k\nencryptedkey: k\nencryptionsalt: s\nconfig:\n  a:b: 1\n";
    expect(read(text)).to.deep.include({ config: { "a:b": 1 }, needsCli: false });
  });

  it("is refused with a key outside of config, which the CLI would pass over in silence", () => {
    expect(() => read("config:\n  aws:region: x\nnetworking:nat: none\n")).to.throw(
      "networking:nat stands outside of config: and would be ignored: indent it below config:",
    );
  });

  for (const [what, text] of [
    ["a secret", "config:\n  a:b:\n    secure: v1:x\n"],
    ["a secret in a list", "config:\n  a:b:\n    - c:\n        secure: v1:x\n"],
    ["an environment of Pulumi ESC", "environment:\n  - shared\nconfig: {}\n"],
  ] as const) {
    it(`with ${what} needs the CLI to be read`, () => expect(read(text).needsCli).to.equal(true));
  }

  it("that isn't there is told with the others, and with the way back from pulumi stack rm", () => {
    expect(() => readEnvironmentFile("nowhere"))
      .to.throw("There is no environment nowhere: the environments are ")
      .with.property("message")
      .that.includes("git checkout -- Pulumi.nowhere.yaml brings it back");
    for (const name of ["../dev", "a/b/dev", ""])
      expect(() => readEnvironmentFile(name)).to.throw("There is no");
  });
});

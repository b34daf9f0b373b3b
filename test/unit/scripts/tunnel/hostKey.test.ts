import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { pinHostKey } from "../../../../scripts/tunnel/hostKey";
import { rejection } from "../../../support/rejection";

const keysOf = (boot: string): string =>
  [
    "ci-info: nothing of interest",
    "ssh-rsa BEFORE= root@elsewhere",
    "<14>May 1 ec2: -----BEGIN SSH HOST KEY KEYS-----",
    `<14>May 1 ec2: ecdsa-sha2-nistp256 ${boot}ecdsa= root@ip-10-0-1-5`,
    `<14>May 1 ec2: ssh-ed25519 ${boot}ed root@ip-10-0-1-5`,
    "<14>May 1 ec2: -----END SSH HOST KEY KEYS-----",
    "ssh-rsa BEHIND= root@elsewhere",
  ].join("\r\n");

describe("The host key of a bastion", () => {
  let dir: string;
  let file: string;
  let asked: unknown[];
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-pins-"));
    file = path.join(dir, "deep/known_hosts");
    asked = [];
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const console = (text: string): EC2Client =>
    ({
      send: ({ input }: { input: unknown }) => {
        asked.push(input);
        return Promise.resolve({ Output: Buffer.from(text).toString("base64") });
      },
    }) as unknown as EC2Client;
  const pinned = (): string[] => readFileSync(file, "utf8").split("\n");

  it("is what the console shows of the last boot that printed keys, between its marks", async () => {
    const text = `${keysOf("first")}\n${keysOf("last")}\nlogin:`;
    expect(await pinHostKey({ file, instanceId: "i-1" }, console(text))).to.equal(true);
    expect(pinned()).to.deep.equal(["i-1 ecdsa-sha2-nistp256 lastecdsa=", "i-1 ssh-ed25519 lasted", ""]);
    expect(asked, "the console of the last boot, which Latest would not be").to.deep.equal([
      { InstanceId: "i-1" },
    ]);
  });

  it("is asked for once an instance, whatever others are called", async () => {
    await pinHostKey({ file, instanceId: "i-10" }, console(keysOf("ten")));
    expect(await pinHostKey({ file, instanceId: "i-1" }, console(keysOf("one"))), "i-1 beside i-10").to.equal(
      true,
    );
    expect(await pinHostKey({ file, instanceId: "i-1" }, console(keysOf("other")))).to.equal(false);
    expect(asked).to.have.length(2);
    expect(pinned())
      .to.include.members(["i-10 ssh-ed25519 tened", "i-1 ssh-ed25519 oneed"])
      .and.have.length(5);
  });

  it("that is given stands alone in the place of those before, and leaves other instances' alone", async () => {
    await pinHostKey({ file, instanceId: "i-10" }, console(keysOf("ten")));
    await pinHostKey({ file, instanceId: "i-1" }, console(keysOf("old")));
    const given = "  ssh-ed25519 AAAAnew me@laptop";
    expect(await pinHostKey({ file, instanceId: "i-1" }, console(""), given)).to.equal(true);
    expect(pinned()).to.deep.equal([
      "i-10 ecdsa-sha2-nistp256 tenecdsa=",
      "i-10 ssh-ed25519 tened",
      "i-1 ssh-ed25519 AAAAnew",
      "",
    ]);
    expect(asked).to.have.length(2);
  });

  it("is kept in a file that its owner alone may read, and nothing else is left beside it", async () => {
    await pinHostKey({ file, instanceId: "i-1" }, console(keysOf("one")));
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(path.dirname(file))).to.deep.equal(["known_hosts"]);
  });

  for (const [what, text] of [
    ["is not there yet", "booting"],
    ["is not complete yet", keysOf("one").split("-----END")[0]!],
    ["is none", keysOf("one").replace(/(ssh|ecdsa)-[a-z0-9-]+ /g, "")],
  ] as const)
    it(`is refused with what to do where it ${what}`, async () => {
      const message = await rejection(pinHostKey({ file, instanceId: "i-1" }, console(text)));
      expect(message).to.include("i-1 shows no host key").and.include("--host-key");
    });

  it("that is given must be a public one", async () => {
    for (const given of ["", "AAAA", "-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-ed25519"])
      expect(await rejection(pinHostKey({ file, instanceId: "i-1" }, console(""), given))).to.include(
        "--host-key must be a public host key",
      );
  });

  it("says so where EC2 shows no console", async () => {
    const refusing = {
      send: () => Promise.reject(new Error("UnauthorizedOperation")),
    } as unknown as EC2Client;
    expect(await rejection(pinHostKey({ file, instanceId: "i-1" }, refusing))).to.match(
      /UnauthorizedOperation.*credentials.*--host-key/,
    );
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, type Server, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { type LocalEc2, startEc2 } from "../../../local/ec2/server";
import { type LocalBastion, startBastion } from "../../../local/bastion/bastion";
import { makeKeyPair } from "../../../local/bastion/keyPair";
import { freePort } from "../../../local/freePort";
import { Session } from "../../../local/session";
import { type SshOptions, tunnelCommand } from "../../../scripts/tunnel/command";
import { pinHostKey } from "../../../scripts/tunnel/hostKey";
import { holdLine } from "../../../scripts/tunnel/line";
import { checkPortFree, databaseAnswers } from "../../../scripts/tunnel/probe";
import type { Target } from "../../../scripts/tunnel/target";
import { isOnPath } from "../../../scripts/shared/onPath";
import { connectionsOf, connects, farewell, listen } from "../../support/databaseListener";
import { eventually } from "../../support/eventually";
import { isRunning } from "../../support/lambda";
import { notRun } from "../../support/notRun";
import { rejection } from "../../support/rejection";

/** A real SSH client against the bastion's stand-in; behind it something that answers as PostgreSQL does. */
for (const [by, hasClient] of [
  ["OpenSSH's client", true],
  ["the SSH library", false],
] as const)
  describe(`a tunnel through the bastion, by ${by}`, () => {
    let session: Session;
    let database: Server;
    let bastion: LocalBastion;
    let ec2: LocalEc2;
    let dir: string;
    let stop: AbortController;
    const events: string[] = [];

    before(async function () {
      if (hasClient && !isOnPath("ssh")) return notRun(this, "ssh");
      dir = mkdtempSync(join(tmpdir(), "groundwork-test-"));
      session = new Session();
      database = await listen();
      const { port } = database.address() as AddressInfo;
      [bastion, ec2] = await Promise.all([
        startBastion(session, "bastion", { mayReach: (destination) => destination.port === port }),
        startEc2(session),
      ]);
    });
    beforeEach(() => {
      stop = new AbortController();
      events.length = 0;
      rmSync(join(dir, "known_hosts"), { force: true });
    });
    afterEach(() => stop.abort());
    after(async () => {
      await session?.close();
      database?.close();
      if (dir) rmSync(dir, { recursive: true });
    });

    it("reaches the database with the host key that the console showed, and ends when told to", async () => {
      await pin();
      const { port, line } = await open();
      await happens("up");
      expect(await databaseAnswers(port)).to.equal(true);
      stop.abort();
      await line;
      expect(await databaseAnswers(port)).to.equal(false);
    });

    it("takes along what its program has started, such as Session Manager's plugin", async () => {
      const file = join(dir, "plugin");
      const script = `sleep 1000 & echo $! > "${file}"; wait`;
      const line = holdLine({
        session,
        command: { program: "sh", args: ["-c", script] },
        environment: {},
        stop: stop.signal,
        answers: () => Promise.resolve(existsSync(file) && readFileSync(file, "utf8").endsWith("\n")),
        onUp: () => events.push("up"),
        onDown: () => events.push("down"),
      });
      await happens("up");
      stop.abort();
      await line;
      const plugin = Number(readFileSync(file, "utf8"));
      await eventually(() => Promise.resolve(!isRunning(plugin)));
    });

    it("stands side by side with others", async () => {
      await pin();
      const [one, other] = [await open(), await open()];
      await happens("up", 2);
      expect(await databaseAnswers(one.port)).to.equal(true);
      expect(await databaseAnswers(other.port)).to.equal(true);
    });

    it("comes back when the connection drops and the server is away for a while", async () => {
      await pin();
      const { port } = await open();
      await happens("up");
      await bastion.stop();
      await happens("down");
      await bastion.start();
      await happens("up", 2);
      expect(await databaseAnswers(port)).to.equal(true);
    });

    it("comes back when the server's process is killed, which the environment starts again", async () => {
      await pin();
      const { port } = await open();
      await happens("up");
      const before = bastion.pid();
      process.kill(before ?? 0, "SIGKILL");
      await happens("up", 2);
      expect(bastion.pid()).to.not.equal(before);
      expect(await databaseAnswers(port)).to.equal(true);
    });

    it("is given up for a wrong key, with a word on --key", async () => {
      await pin();
      const keyFile = join(dir, "other_key");
      writeFileSync(keyFile, makeKeyPair().private, { mode: 0o600 });
      const { line } = await open({ keyFile });
      expect(await rejection(line))
        .to.include("does not take the key")
        .and.to.include("--key");
      expect(events).to.be.empty;
    });

    // OpenSSH's client looks for them where the account's home is, whatever HOME says.
    if (!hasClient)
      it("tries each of the usual keys where none is named, but those that are not for it", async () => {
        await pin();
        mkdirSync(join(dir, ".ssh"));
        const key = readFileSync(bastion.keyFile ?? "");
        const keys = { id_ed25519: makeKeyPair().private, id_ecdsa: "no key", id_rsa: key };
        for (const [name, text] of Object.entries(keys))
          writeFileSync(join(dir, ".ssh", name), text, { mode: 0o600 });
        await open({ keyFile: undefined }, undefined, { HOME: dir, SSH_AUTH_SOCK: "" });
        await happens("up");
        chmodSync(join(dir, ".ssh", "id_rsa"), 0o644);
        const { line } = await open({ keyFile: undefined }, undefined, { HOME: dir, SSH_AUTH_SOCK: "" });
        expect(await rejection(line)).to.include("name the private key of its key pair with --key");
      });

    it("refuses a private key that others may read", async () => {
      await pin();
      const keyFile = join(dir, "open_key");
      writeFileSync(keyFile, readFileSync(bastion.keyFile ?? ""));
      chmodSync(keyFile, 0o644);
      const { line } = await open({ keyFile });
      expect(await rejection(line)).to.equal("ssh refuses a private key that others may read: chmod 600 it");
    });

    it("refuses a host key other than the pinned one, and says that nothing was sent", async () => {
      const other = makeKeyPair().public;
      writeFileSync(join(dir, "known_hosts"), `i-1 ${other}\n`);
      const { line } = await open();
      expect(await rejection(line)).to.include("another host key than the pinned one");
      expect(events).to.be.empty;
    });

    it("refuses a host that nobody has pinned", async () => {
      const { line } = await open();
      expect(await rejection(line)).to.include("host key");
    });

    it("keeps the first key of an instance when its console shows another one later", async () => {
      await pin();
      const pinned = readFileSync(join(dir, "known_hosts"), "utf8");
      expect(pinned).to.equal(`i-1 ${bastion.hostKey}\n`);
      expect(await pin([makeKeyPair().public])).to.equal(false);
      expect(readFileSync(join(dir, "known_hosts"), "utf8")).to.equal(pinned);
    });

    it("says what to do when the console shows no key, or belongs to no instance", async () => {
      expect(await rejection(pin([])))
        .to.include("shows no host key")
        .and.to.include("--host-key");
      expect(await rejection(pin(undefined, "i-2", "i-3"))).to.include("'i-3' does not exist");
    });

    it("ends a connection to the database whose client is gone without a word", async () => {
      await pin();
      const { port } = await open();
      await happens("up");
      const client = connect({ host: "127.0.0.1", port });
      client.write("anything");
      await once(client, "data");
      client.resetAndDestroy();
      await eventually(async () => (await connectionsOf(database)) === 0);
    });

    it("brings all of a long answer to a client that has said its last, however slowly that reads", async () => {
      await pin();
      const { port } = await open();
      await happens("up");
      const client = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
      client.end("last words");
      await once(client, "readable");
      // Time for the database to say all of it, and to close.
      await sleep(500);
      let length = 0;
      for await (const chunk of client) length += (chunk as Buffer).length;
      expect(length).to.equal(1 + farewell.length);
    });

    it("does not reach anything but the database", async () => {
      const elsewhere = await listen();
      await pin();
      const { port } = await open({}, (elsewhere.address() as AddressInfo).port);
      // The line is up, the channel is refused: nothing ever answers.
      await eventually(async () => (await connects(port)) === true);
      expect(await databaseAnswers(port)).to.equal(false);
      expect(events).to.not.include("up");
      elsewhere.close();
    });

    if (hasClient)
      it("gives neither a shell nor a command", async () => {
        await pin();
        const { args } = tunnelCommand(target(0), 0, ssh(), true);
        const forwarding = args.indexOf("-L");
        const shell = args.filter(
          (word, index) => word !== "-N" && index !== forwarding && index !== forwarding + 1,
        );
        const child = spawn("ssh", [...shell, "id"], { stdio: ["ignore", "pipe", "ignore"] });
        let said = "";
        child.stdout.on("data", (text: Buffer) => (said += text.toString()));
        const [code] = (await once(child, "close")) as [number];
        expect(code).to.not.equal(0);
        expect(said).to.equal("");
      });

    it("is refused a port that is taken, with a word on --port", async () => {
      const { port } = database.address() as AddressInfo;
      expect(await rejection(checkPortFree(port))).to.equal(
        `Port ${port} on 127.0.0.1 is taken: end what listens there, or choose another with --port`,
      );
    });

    function target(databasePort: number): Target {
      return {
        stack: "local",
        mode: "ssh",
        bastionHost: bastion.host,
        instanceId: "i-1",
        database: { host: "127.0.0.1", port: databasePort, name: "groundwork" },
        secretArn: "",
      };
    }

    function ssh(): SshOptions {
      return { keyFile: bastion.keyFile, sshPort: bastion.port, knownHostsFile: join(dir, "known_hosts") };
    }

    async function open(
      changed: Partial<SshOptions> = {},
      to = (database.address() as AddressInfo).port,
      environment: Record<string, string> = {},
    ) {
      const port = await freePort();
      const line = holdLine({
        session,
        command: tunnelCommand(target(to), port, { ...ssh(), ...changed }, hasClient),
        environment,
        stop: stop.signal,
        answers: () => databaseAnswers(port),
        onUp: () => events.push("up"),
        onDown: () => events.push("down"),
        firstDelay: 50,
        maxDelay: 200,
      });
      line.catch(() => undefined); // Looked at by the test that expects it to fail.
      return { port, line };
    }

    async function pin(
      keys = [bastion.hostKey],
      printedBy = "i-1",
      instanceId = printedBy,
    ): Promise<boolean> {
      ec2.printHostKeys(printedBy, keys);
      const { credentials } = session;
      const client = new EC2Client({ endpoint: ec2.url, region: "us-east-1", credentials, maxAttempts: 1 });
      try {
        return await pinHostKey({ file: join(dir, "known_hosts"), instanceId }, client);
      } finally {
        client.destroy();
      }
    }

    function happens(event: string, times = 1): Promise<void> {
      return eventually(() => Promise.resolve(events.filter((one) => one === event).length >= times));
    }
  });

import type { ChildProcess, SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { utils } from "ssh2";
import { startBastion } from "../../../local/bastion/bastion";
import { makeKeyPair } from "../../../local/bastion/keyPair";
import { Session } from "../../../local/session";
import { rejection } from "../../support/rejection";

/** Counts what it starts; on a broken machine that ends at once, with code 1. */
class Machine extends Session {
  broken = false;
  readonly started: ChildProcess[] = [];

  override spawn(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess {
    const child = super.spawn(this.broken ? "false" : command, args, options);
    this.started.push(child);
    return child;
  }
}

describe("the server of the local bastion", () => {
  let machine: Machine;
  beforeEach(() => (machine = new Machine()));
  afterEach(() => machine.close());

  const start = () => startBastion(machine, "bastion", { mayReach: () => false });

  it("has keys that can be read, also where the public one begins with a zero byte", () => {
    const keys = Array.from({ length: 2000 }, () => makeKeyPair());
    expect(keys.filter((pair) => utils.parseKey(pair.private) instanceof Error)).to.be.empty;
    const publicKeys = keys.map((pair) => utils.parseKey(pair.public));
    expect(publicKeys.filter((key) => key instanceof Error)).to.be.empty;
  });

  it("is not started again when it never started", async () => {
    machine.broken = true;
    expect(await rejection(start())).to.equal(
      "The SSH server of the local bastion did not start (exit code 1)",
    );
    await longerThanTheRestart();
    expect(machine.started).to.have.length(1);
  });

  it("stays away when its second start fails, and comes with the next one that works", async () => {
    const bastion = await start();
    machine.broken = true;
    machine.started[0]?.kill("SIGKILL");
    while (machine.started.length < 2) await sleep(20);
    if (machine.started[1]?.exitCode === null) await once(machine.started[1], "exit");
    await longerThanTheRestart();
    expect(machine.started).to.have.length(2);
    machine.broken = false;
    await bastion.start();
    expect(bastion.pid()).to.equal(machine.started[2]?.pid);
  });
});

/** Twice as long as a server that has ended is left away. */
async function longerThanTheRestart(): Promise<void> {
  await sleep(1000);
}

import { expect } from "chai";
import { type PeerRow, peerFigures, rotated } from "../../../../../trials/bench/peers/figures";
import { parallelCopyArguments } from "../../../../../trials/bench/peers/parallelCopy";
import { versionIn } from "../../../../../trials/bench/peers/program";
import { coresIn, ticksIn } from "../../../../../trials/bench/peers/serverProcesses";
import { peers } from "../../../../../trials/bench/peers/table";

describe("The peers of the ingest function", () => {
  it("have a key and a name each, short enough for a table of 100 columns; psql is the first", () => {
    const keys = peers.map(({ key }) => key);
    expect(new Set(keys).size).to.equal(keys.length);
    expect(keys[0]).to.equal("psql");
    for (const { name } of peers) expect(name.length).to.be.at.most(28);
  });

  it("tell their version in as many ways as there are peers", () => {
    expect(versionIn("psql (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)")).to.equal("15.8");
    expect(versionIn('pgloader version "3.6.7~devel"\ncompiled with SBCL 2.2.9.debian')).to.equal("3.6.7");
    expect(versionIn("2026/05/15 12:04:35 timescaledb-parallel-copy v0.13.0 (linux amd64)")).to.equal(
      "0.13.0",
    );
    expect(versionIn("devel\n")).to.equal("devel");
  });

  it("give timescaledb-parallel-copy the columns, the workers and, if told, another import id each time", () => {
    const plain = parallelCopyArguments("/a b.csv", 2, false);
    expect(plain).to.include.members(["--skip-header", "/a b.csv"]);
    expect(plain[plain.indexOf("--workers") + 1]).to.equal("2");
    expect(plain[plain.indexOf("--columns") + 1]).to.equal(
      "mcc,merchant,currency,amount,transaction_date,card_type",
    );
    expect(plain).not.to.include("--import-id");
    const ids = [1, 2].map(() => parallelCopyArguments("x", 2, true).at(-1));
    expect(ids[0]).not.to.equal(ids[1]);
  });

  it("are held beside the reference of the same round, the fastest first", () => {
    const row = (name: string, times: number[], functionCpuMs?: number): PeerRow => ({
      name,
      version: "1",
      loads: times.map((ms) => ({
        ms,
        serverCpuMs: undefined,
        ...(functionCpuMs !== undefined && { functionCpuMs }),
      })),
    });
    const base = row("base", [1000, 2000, 1000]);
    const found = peerFigures(
      [base, row("slow", [2000, 2000, 2000]), row("quick", [500, 500, 1000], 70)],
      base,
    );
    expect(found).to.deep.equal([
      { name: "quick", version: "1", ratio: 2, ms: 500, range: [500, 1000], functionCpuMs: 70 },
      { name: "base", version: "1", ratio: 1, ms: 1000, range: [1000, 2000] },
      { name: "slow", version: "1", ratio: 0.5, ms: 2000, range: [2000, 2000] },
    ]);
  });

  it("take turns at the beginning of a round", () => {
    expect([0, 1, 2, 3].map((round) => rotated(["a", "b", "c"], round).join(""))).to.deep.equal([
      "abc",
      "bca",
      "cab",
      "abc",
    ]);
  });

  it("read the server's CPU behind a process's name, whatever that is", () => {
    const stat = "7 (postgres: a) b) S 1 7 7 0 -1 4194560 100 200 0 0 11 22 333 444 20 0 1 0";
    expect(ticksIn(stat, false)).to.equal(33);
    expect(ticksIn(stat, true)).to.equal(810);
  });

  it("know the cores that taskset lists", () => {
    expect(coresIn("pid 7's current affinity list: 0,2-4\n")).to.deep.equal([0, 2, 3, 4]);
    expect(coresIn("pid 7's current affinity list: 1")).to.deep.equal([1]);
  });
});

import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { LogStream } from "../../../local/lambda/log";
import { useSession } from "../../support/lambda";

function nextMillisecond(): void {
  const now = Date.now();
  while (Date.now() === now);
}

describe("the log of a function's process", () => {
  const session = useSession();
  let log: LogStream;
  beforeEach(() => {
    log = new LogStream(join(session().dir, "log", `${String(Math.random())}.log`), "stream");
  });
  const shown = () =>
    log.events().map(({ timestamp, message }) => [message, new Date(timestamp).toISOString()]);

  it("has each line at the time that it begins with, and what has none at that of the line before", () => {
    log.write("START");
    const [[, start = ""] = []] = shown();
    const soon = new Date(Date.parse(start) + 1).toISOString();
    nextMillisecond(); // A time that is still to come is not believed.
    const json = `{"timestamp":"${soon}","level":"INFO"}`;
    const lines = [
      json,
      "  of an error",
      `${start}\tid\tERROR\tx`,
      "2099-01-01T00:00:00.000Z",
      "1999-01-01T00:00:00.000Z",
    ];
    appendFileSync(log.file, lines.map((line) => `${line}\n`).join(""));
    const times = [soon, soon, start, start, start];
    expect(shown().slice(1)).to.deep.equal(lines.map((line, index) => [line, times[index]]));
  });

  it("has no line before a time at which it wasn't there yet: who follows would miss it", () => {
    log.write("START");
    appendFileSync(log.file, "half");
    nextMillisecond();
    const looked = Date.now();
    expect(log.events()).to.have.length(1);
    appendFileSync(log.file, Buffer.from(" a line, \xff\nnext\n", "latin1"));
    const found = log.events();
    expect(found.map(({ message }) => message)).to.deep.equal(["START", "half a line, \ufffd", "next"]);
    expect(new Set(found.map(({ eventId }) => eventId)).size).to.equal(3);
    for (const { timestamp } of found.slice(1)) expect(timestamp).to.be.at.least(looked);
  });
});

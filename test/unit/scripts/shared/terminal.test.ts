import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { columns } from "../../../../scripts/shared/columns";
import { printable, quoted } from "../../../../scripts/shared/printable";
import {
  formatBytes,
  formatCount,
  formatDuration,
  type Out,
  paint,
  progress,
  table,
  widthOf,
} from "../../../../scripts/shared/terminal";

describe("a line's width", () => {
  it("is the terminal's, and without an end where there is none or it doesn't know its own", () => {
    const write = (): void => undefined;
    expect(widthOf({ write, isTTY: true, columns: 80 })).to.equal(80);
    expect(widthOf({ write, isTTY: true, columns: 0 })).to.equal(Infinity);
    expect(widthOf({ write, columns: 80 })).to.equal(Infinity);
  });
});

describe("numbers for people", () => {
  const cases: readonly [name: string, actual: string, expected: string][] = [
    ["a count below a thousand", formatCount(0), "0"],
    ["a count with separators", formatCount(478_817), "478,817"],
    ["a rate with a fraction", formatCount(509_999.6), "510,000"],
    ["no bytes", formatBytes(0), "0 B"],
    ["bytes below a kilobyte", formatBytes(999), "999 B"],
    ["a kilobyte", formatBytes(1000), "1.0 kB"],
    ["bytes that round up to the next unit", formatBytes(999_960), "1.0 MB"],
    ["the sample's size", formatBytes(25_946_101), "25.9 MB"],
    ["terabytes and above", formatBytes(1.5e15), "1500.0 TB"],
    ["no time", formatDuration(0), "0 ms"],
    ["milliseconds", formatDuration(840.4), "840 ms"],
    ["milliseconds that round up to a second", formatDuration(999.7), "1.0 s"],
    ["seconds", formatDuration(12_345), "12.3 s"],
    ["seconds that round up to a minute", formatDuration(59_990), "1 min 0 s"],
    ["minutes", formatDuration(185_000), "3 min 5 s"],
    ["minutes that round up to an hour", formatDuration(3_599_600), "1 h 0 min"],
    ["hours", formatDuration(8_040_000), "2 h 14 min"],
  ];
  for (const [name, actual, expected] of cases) {
    it(`${name}: ${expected}`, () => expect(actual).to.equal(expected));
  }
});

describe("output", () => {
  const output = (isTTY = false): Out & { text: string } => ({
    text: "",
    isTTY,
    write(written) {
      this.text += written;
    },
  });
  const withNoColor = (value: string | undefined, run: () => void): void => {
    const before = process.env.NO_COLOR;
    const set = (to: string | undefined): void => {
      if (to === undefined) delete process.env.NO_COLOR;
      else process.env.NO_COLOR = to;
    };
    set(value);
    try {
      run();
    } finally {
      set(before);
    }
  };

  it("is coloured on a terminal only, and not where NO_COLOR is set", () => {
    const cases: readonly [isTTY: boolean, noColor: string | undefined, expected: string][] = [
      [true, undefined, "\u001b[31mred\u001b[39m"],
      [true, "", "\u001b[31mred\u001b[39m"],
      [true, "1", "red"],
      [false, undefined, "red"],
    ];
    for (const [isTTY, noColor, expected] of cases) {
      withNoColor(noColor, () => expect(paint("red", "red", output(isTTY))).to.equal(expected));
    }
  });

  it("aligns the values of a table, and their further lines", () => {
    const out = output();
    table(
      [
        ["rows", "478,817"],
        ["addresses", "one\ntwo"],
      ],
      out,
    );
    expect(out.text).to.equal("rows       478,817\naddresses  one\n           two\n");
  });

  it("of an empty table is nothing", () => {
    const out = output();
    table([], out);
    expect(out.text).to.equal("");
  });

  it("of progress elsewhere than on a terminal is a plain line every two seconds at most, and one at the end", () => {
    const out = output();
    let time = 0;
    const shown = progress("Loading", 478_817, "rows", { out, now: () => time });
    for (const [at, done] of [
      [0, 0],
      [1999, 90_000],
      [2000, 120_000],
      [3000, 300_000],
      [3999, 400_000],
      [4000, 478_816],
    ] as const) {
      time = at;
      shown.update(done);
    }
    shown.update(478_817);
    shown.stop();
    shown.stop();
    shown.update(5);
    expect(out.text.split("\n")).to.deep.equal([
      "Loading: 120,000 of 478,817 rows (25%)",
      "Loading: 478,816 of 478,817 rows (99%)",
      "Loading: 478,817 of 478,817 rows (100%)",
      "",
    ]);
  });

  it("of progress in bytes has their units, and nothing to do is done", () => {
    const out = output();
    progress("Uploading", 25_946_101, "bytes", { out }).stop();
    progress("Uploading", 0, "bytes", { out }).stop();
    expect(out.text).to.equal("Uploading: 0 B of 25.9 MB (0%)\nUploading: 0 B of 0 B (100%)\n");
  });
});

describe("a command", () => {
  const prelude = `
    const { runCommand } = require("./scripts/shared/terminal");
    const { GroundworkError } = require("./infra/error");
    const forever = (stop) => new Promise((resolve, reject) => {
      const timer = setInterval(() => undefined, 1000);
      stop.addEventListener("abort", () => { clearInterval(timer); console.log("cleaning up"); reject(stop.reason); });
      console.log("ready");
    });
  `;

  // A command that hangs fails its test, and doesn't stay behind.
  const start = (code: string) =>
    spawn(process.execPath, ["-r", "./programs/register.js", "-e", prelude + code], { timeout: 30_000 });

  /** Runs the code in a process of its own; `onReady` gets a function that sends signals to it. */
  async function run(
    code: string,
    onOutput?: (output: string, kill: (signal: NodeJS.Signals) => void) => void,
  ) {
    const child = start(code);
    if (onOutput) child.stdout.on("data", (data) => onOutput(String(data), (signal) => child.kill(signal)));
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
  }
  const stopOnReady =
    (signal: NodeJS.Signals) => (output: string, kill: (signal: NodeJS.Signals) => void) => {
      if (output.includes("ready")) kill(signal);
    };

  it("exits with the code that main has set", async () => {
    const result = await run(`runCommand(async () => { process.exitCode = 2; })`);
    expect(result.code).to.equal(2);
  });

  it("that ends well exits with 0, whatever still keeps the process alive", async () => {
    const result = await run(`setInterval(() => {}, 1000); runCommand(async () => console.log("done"))`);
    expect(result).to.deep.equal({ code: 0, signal: null, stdout: "done\n", stderr: "" });
  });

  it("that fails on purpose prints the one line that says why, and exits with 1", async () => {
    const result = await run(
      `runCommand(async () => { throw new GroundworkError("no file x.csv: name another") })`,
    );
    expect(result).to.deep.equal({
      code: 1,
      signal: null,
      stdout: "",
      stderr: "no file x.csv: name another\n",
    });
  });

  for (const [where, code] of [
    ["in its promise", `runCommand(async () => { throw new TypeError("x is not a function") })`],
    [
      "in a callback",
      `runCommand(() => { setTimeout(() => { throw new TypeError("x is not a function") }); return new Promise(() => {}) })`,
    ],
  ] as const) {
    it(`that fails unexpectedly ${where} prints the stack, says that it is a bug, and exits with 70`, async () => {
      const { code: exit, stdout, stderr } = await run(code);
      expect({ exit, stdout }).to.deep.equal({ exit: 70, stdout: "" });
      expect(stderr).to.match(/TypeError: x is not a function\n\s+at .*This is a bug in Groundwork/s);
    });
  }

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    it(`that gets ${signal} cleans up and exits with ${code}, without a word of error`, async () => {
      const result = await run(`runCommand(forever)`, stopOnReady(signal));
      expect(result).to.deep.equal({ code, signal: null, stdout: "ready\ncleaning up\n", stderr: "" });
    });
  }

  it("whose cleaning up fails after a signal says so, and keeps the signal's exit code", async () => {
    const result = await run(
      `runCommand((stop) => forever(stop).catch(() => { throw new Error("the server would not stop") }))`,
      stopOnReady("SIGTERM"),
    );
    expect(result.code).to.equal(143);
    expect(result.stderr).to.contain("the server would not stop").and.not.contain("bug");
  });

  it("that hangs in cleaning up exits at the second Ctrl-C", async () => {
    const result = await run(
      `runCommand((stop) => forever(stop).catch(() => new Promise(() => setInterval(() => {}, 1000))))`,
      (_, kill) => kill("SIGINT"),
    );
    expect(result).to.deep.equal({ code: 130, signal: null, stdout: "ready\ncleaning up\n", stderr: "" });
  });

  it("whose reader went away stops quietly", async () => {
    const child = start(
      `runCommand((stop) => { setInterval(() => console.log("more"), 5); return forever(stop) })`,
    );
    const stderr = text(child.stderr);
    child.stdout.once("data", () => child.stdout.destroy());
    await once(child, "exit");
    expect({ code: child.exitCode, stderr: await stderr }).to.deep.equal({ code: 141, stderr: "" });
  });
});

describe("text that somebody else wrote", () => {
  const cases: [text: string, printed: string][] = [
    ["Müller-Lüdenscheidt 🙂", "Müller-Lüdenscheidt 🙂"],
    ["a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c"],
    ["\u001b[31mred\u009b2J", "\\u{1b}[31mred\\u{9b}2J"],
    ["a\u202eb\u2066c\u200bd\u2028e", "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{2028}e"],
  ];
  for (const [text, printed] of cases) {
    it(`is printed as ${printed}`, () => expect(printable(text)).to.equal(printed));
  }

  it("can forge no row of a table, and no column", () => {
    let written = "";
    table([["a\nb", "c\u001b[2J\nd"]], { write: (text) => (written += text) });
    expect(written).to.equal("a\\u{a}b  c\\u{1b}[2J\n         d\n");
    expect(
      columns([
        ["a\nb", "c"],
        ["d", "\u001be"],
      ]),
    ).to.deep.equal(["a\\u{a}b  c", "d        \\u{1b}e"]);
    expect(quoted('x  y="z"')).to.equal('"x  y=\\"z\\""');
    expect(quoted("plain@example.com")).to.equal("plain@example.com");
  });
});

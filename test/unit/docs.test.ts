import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { alarmPlan } from "../../infra/ingest/ingestWatchPlan";
import { projectConfigs } from "../../infra/projects";
import { awsKeys } from "../../infra/projectConfig";
import { root } from "../../programs/programs";

const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file));
const pages = ["README.md", "CONTRIBUTING.md", ...filesIn("docs", ".md")];
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** What stands as code in a page, without comments behind commands. */
const codeIn = (page: string): string[] =>
  [...read(page).matchAll(/```sh\n([^]*?)```|(?<!`)`([^`\n]+)`/g)].flatMap(([, block, inline = ""]) =>
    (block ?? inline).split("\n").map((line) => line.replace(/\s#.*/, "")),
  );

const helps = new Map<string, string>();
/** The help of a command, or of one of its own commands: `table new`. */
function helpOf(name: string, own: string | undefined): string {
  const [program = "", ...args] = (scripts[name] ?? "").split(" ");
  const line = [...args, ...(own === undefined ? [] : [own]), "--help"];
  const known = helps.get(line.join(" "));
  if (known !== undefined) return known;
  const { stdout } = spawnSync(program, line, { cwd: root, encoding: "utf8" });
  helps.set(line.join(" "), stdout);
  return stdout;
}

describe("the pages", () => {
  for (const page of pages) {
    it(`${page} names commands with options that they take`, function () {
      this.timeout(60_000);
      for (const code of codeIn(page)) {
        for (const [line, run, rest = ""] of code.matchAll(
          /\bnpm (?:run (?:-s )?)?([a-z][a-z:-]*)(?: -- ([^|&;]*))?/g,
        )) {
          if (["ci", "install", "exec"].includes(run!)) continue;
          expect(scripts, `${page}: ${line}`).to.have.property(run!);
          if (rest === "" || !scripts[run!]?.startsWith("node")) continue;
          const own = run === "table" || run === "cognito" ? /^[a-z][a-z-]*/.exec(rest)?.[0] : undefined;
          const help = helpOf(run!, own);
          for (const [, option = ""] of rest.matchAll(/(?<=^|[\s[])(--?[a-zA-Z][\w-]*)/g)) {
            expect(help, `${page}: ${line}`).to.match(new RegExp(`(?<![\\w-])${option}(?![\\w-])`));
          }
        }
      }
    });

    it(`${page} leads to pages and files that are there`, () => {
      for (const [, target = ""] of read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
        const [file = "", anchor] = target.split("#");
        const found = path.join(path.dirname(page), file);
        expect(existsSync(path.join(root, file === "" ? page : found)), `${page}: ${target}`).to.equal(true);
        if (anchor === undefined) continue;
        const headings = [...read(file === "" ? page : found).matchAll(/^#+ (.*)$/gm)].map(
          ([, heading = ""]) =>
            heading
              .toLowerCase()
              .replace(/[^\w\- ]/g, "")
              .replaceAll(" ", "-"),
        );
        expect(headings, `${page}: ${target}`).to.include(anchor);
      }
    });

    it(`${page} names keys of the config that there are`, () => {
      const keys = new Map(projectConfigs.map(({ project, keys: own }) => [project, Object.keys(own)]));
      keys.set("aws", [
        ...Object.keys(awsKeys),
        "endpoints",
        "skipRegionValidation",
        "profile",
        "assumeRoles",
      ]);
      for (const code of codeIn(page)) {
        for (const [name, project = "", key = ""] of code.matchAll(
          /(?<![\w:./])(aws|auth|database|groundwork|ingest|networking):([a-z]\w*)/g,
        )) {
          expect(keys.get(project), `${page}: ${name}`).to.include(key);
        }
      }
    });
  }

  it("README.md has 120 lines at most, and leads to every page", () => {
    expect(read("README.md").split("\n").length - 1).to.be.at.most(120);
    const linked = pages.flatMap((page) => [
      ...read(page).matchAll(/\]\((?:docs\/|(?=[\w-]+\.md))([\w-]+\.md)/g),
    ]);
    const names = new Set(linked.map(([, name]) => `docs/${name}`));
    expect(pages.filter((page) => page.startsWith("docs/") && !names.has(page))).to.be.empty;
  });

  it("CONTRIBUTING.md names folders of tests that mocha finds tests in", () => {
    const folders = codeIn("CONTRIBUTING.md").flatMap((code) => /^npx mocha (\S+)/.exec(code)?.[1] ?? []);
    expect(folders).to.not.be.empty;
    const { stdout } = spawnSync("npx", ["mocha", "--dry-run", ...folders], { cwd: root, encoding: "utf8" });
    expect(stdout).to.match(/[1-9]\d* passing/);
  });

  it("docs/troubleshooting.md quotes messages that there are", () => {
    const folders = ["functions", "infra", "local", "policy", "programs", "scripts"];
    const source = folders
      .flatMap((folder) => filesIn(folder, ".ts"))
      .map((file) =>
        read(file)
          .replace(/["`]\s*\+\s*["`]/g, "")
          .replace(/\$\{[^}"]*\}/g, "…"),
      )
      .join("\n");
    const quoted = [...read("docs/troubleshooting.md").matchAll(/^\| `([^`]+)`/gm)].map(
      ([, text = ""]) => text,
    );
    expect(quoted).to.have.length.above(25);
    expect(quoted.filter((text) => !source.includes(text))).to.be.empty;
  });

  it("docs/operations.md says of every alarm what to do", () => {
    const alarms = alarmPlan("", "dev", { timeout: 900, handOverReserveMs: 60_000, sweepMinutes: 5 }).map(
      ({ key }) => key,
    );
    const described = [...read("docs/operations.md").matchAll(/^\| `([\w-]+)`/gm)].map(([, key]) => key);
    expect(described).to.have.members(alarms);
  });
});

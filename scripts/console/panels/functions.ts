import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { UnzipFileInfo } from "fflate";
import { GroundworkError } from "../../../infra/error";
import { type LogLine, isFailure } from "../../logs/line";
import { formatBytes } from "../../shared/terminal";
import type { Area, Panel } from "../area";
import type { Connections } from "../connections";
import { type Html, html } from "../html";
import { dataTable, done, panel, problem } from "../page";

/** What is shown of a log: from so many milliseconds before the console was first asked, at most so many lines. */
const logs = { since: 60 * 60_000, lines: 300 };

/** The functions, what they log, and what they gave up on. */
export const functions: Area = {
  title: "Functions",
  page: (query) => {
    const name = query.get("name") ?? "";
    const of = (part: string): string => `/functions/${part}?name=${encodeURIComponent(name)}`;
    return html`${panel("Settings", "/functions/settings")} ${panel("Dead letters", "/functions/letters")}
    ${name !== "" && panel(`Archive of ${name}`, of("archive"))} ${panel("Log", of("log"))}`;
  },
  panels: {
    async settings({ connections }): Promise<Panel> {
      const rows = (await deployed(connections)).map(([name, found]) => settingsOf(name, found));
      const columns = ["Function", "Name", "Runtime", "#Memory", "#Timeout", "#Archive"];
      return { body: dataTable("Functions", columns, rows) };
    },
    async archive({ connections, query }): Promise<Panel> {
      const only = query.get("name") ?? "";
      const found = (await deployed(connections)).find(([name]) => name === only);
      if (!found) throw new GroundworkError(`There is no function ${only}`);
      const { GetFunctionCommand } = await import("@aws-sdk/client-lambda");
      const { FunctionName } = found[1];
      const { Code } = await (await connections.lambda()).send(new GetFunctionCommand({ FunctionName }));
      const rows = (await filesAt(Code?.Location ?? "", connections.closed)).map(({ name, originalSize }) => [
        name,
        formatBytes(originalSize),
      ]);
      return { body: dataTable("Archive", ["File", "#Size"], rows) };
    },
    async letters({ connections }): Promise<Panel> {
      const found = await connections.readLetters();
      const again = html`<p><button class="plain" data-reload>Look again</button></p>`;
      if (found.length === 0) {
        return {
          body: html`<p class="quiet">
              None: an event that the function gave up on would stand here, with its reason.
            </p>
            ${again}`,
        };
      }
      const rows = found.map(({ key, reason }) => [
        key === "" ? "an event that names no file" : key,
        reason,
        key === "" ? "" : retryForm(key),
      ]);
      return { body: html`${dataTable("Dead letters", ["File", "Reason", ""], rows)}${again}` };
    },
    async log({ connections, query }): Promise<Panel> {
      const only = query.get("name") ?? "";
      const lines = await newest(connections, only);
      const all = only !== "" && html`<p>Of ${only} alone. <a href="/functions">All functions</a></p>`;
      const body =
        lines.length === 0
          ? html`${all}
              <p class="quiet">
                Nothing in the last hour: load a file, and what its functions log appears here.
              </p>`
          : html`${all}
              <pre class="log" tabindex="0" aria-label="Log">${lines.map(logLine)}</pre>`;
      return { body, again: 2000 };
    },
  },
  actions: {
    async retry({ connections, query }): Promise<Html> {
      const { goOn, stateOf } = await import("../../load/deadLettersCommand");
      const { S3Client } = await import("@aws-sdk/client-s3");
      const [letters, jobs] = [await connections.letters(), await connections.jobs()];
      const key = query.get("key") ?? "";
      const letter = (await connections.readLetters()).find((each) => each.key === key);
      if (!letter) throw new GroundworkError(`There is no dead letter of ${key} any more: look again`);
      const s3 = new S3Client({});
      try {
        const state = await stateOf(s3, letter);
        const what = await goOn(jobs, letters, letter, state);
        return (what === "left" ? problem : done)(`${key}: ${what}; the file is ${state}.`);
      } finally {
        s3.destroy();
      }
    },
  },
};

/** The functions that the stacks' outputs name, by that name: they do so by a log group, and one that says none has Lambda's own. */
async function deployed(connections: Connections): Promise<[name: string, FunctionConfiguration][]> {
  const { paginateListFunctions } = await import("@aws-sdk/client-lambda");
  const client = await connections.lambda();
  const names = new Map((await connections.logGroups()).map(({ name, group }) => [group, name]));
  const found: [string, FunctionConfiguration][] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const each of Functions) {
      const name = names.get(each.LoggingConfig?.LogGroup ?? `/aws/lambda/${each.FunctionName}`);
      if (name !== undefined) found.push([name, each]);
    }
  }
  return found;
}

/**
 * The files of a zip archive, the largest first, by its directory: nothing is unpacked.
 *
 * @throws GroundworkError where it can't be fetched
 */
async function filesAt(url: string, signal: AbortSignal): Promise<UnzipFileInfo[]> {
  const response = await fetch(url, { signal }).catch(({ cause, message }: Error) => {
    throw new GroundworkError(
      `The archive can't be fetched: ${cause instanceof Error ? cause.message : message}`,
    );
  });
  if (!response.ok) throw new GroundworkError(`The archive can't be fetched: ${response.statusText}`);
  const files: UnzipFileInfo[] = [];
  (await import("fflate")).unzipSync(new Uint8Array(await response.arrayBuffer()), {
    filter: (file) => files.push(file) < 0,
  });
  return files.sort((one, other) => other.originalSize - one.originalSize);
}

type Follower = () => Promise<LogLine[]>;

/** Of each console, by function: its log's newest lines, and what brings them up to date. */
const followers = new WeakMap<Connections, Map<string, Follower>>();

async function newest(connections: Connections, only: string): Promise<LogLine[]> {
  const of = followers.get(connections) ?? new Map<string, Follower>();
  followers.set(connections, of);
  const groups = (await connections.logGroups()).filter(({ name }) => only === "" || name === only);
  if (groups.length === 0) throw new GroundworkError(`There is no function ${only}`);
  const opened = await connections.logs();
  const lines = groups.map(({ name, group }) => {
    const follow = of.get(name) ?? follower(name, opened.reader(group, Date.now() - logs.since));
    of.set(name, follow);
    return follow();
  });
  const all = (await Promise.all(lines)).flat().sort((one, other) => one.timestamp - other.timestamp);
  return all.slice(-logs.lines);
}

function follower(name: string, read: () => Promise<Omit<LogLine, "name">[]>): Follower {
  let kept: LogLine[] = [];
  return async () => {
    const more = (await read()).map((event) => ({ name, ...event }));
    kept = [...kept, ...more].slice(-logs.lines);
    return kept;
  };
}

const retryForm = (key: string): Html =>
  html`<form method="post" action="/functions/retry?key=${encodeURIComponent(key)}">
    <button>Try again</button>
  </form>`;

function settingsOf(name: string, found: FunctionConfiguration): (Html | string)[] {
  return [
    html`<a href="/functions?name=${encodeURIComponent(name)}">${name}</a>`,
    found.FunctionName ?? "",
    found.Runtime ?? "",
    `${found.MemorySize} MB`,
    `${found.Timeout} s`,
    found.CodeSize === undefined ? "" : formatBytes(found.CodeSize),
  ];
}

function logLine(line: LogLine): Html {
  const { name, timestamp, message } = line;
  const time = new Date(timestamp).toISOString().slice(11, 19);
  const text = message.trimEnd().replaceAll("\t", "  ").replaceAll("\r", "");
  return html`<code class="${isFailure(line) && "error"}"
    ><span class="quiet">${time} ${name}</span> ${text}</code
  >`;
}

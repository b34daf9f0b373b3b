import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type FSWatcher, readdirSync, watch as watchFolder } from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GroundworkError } from "../../infra/error";
import { type EnvironmentOutputs, environmentOutputs } from "../../infra/outputs";
import { environmentsFolder } from "../../programs/environments";
import { root } from "../../programs/programs";
import type { Environment } from "../environment";
import type { Session } from "../session";
import { type Made, apply } from "./apply";
import type { PlanRequest } from "./plan";
import type { PlanAnswer } from "./planProcess";
import { problemsOf } from "./problemsOf";
import { sourceFolders } from "./sources";

/** What came of a change of the programs. */
export interface Change {
  readonly at: Date;
  /** From the last save that it has to its end. */
  readonly milliseconds: number;
  /** The resources that were made, changed or removed. */
  readonly deployed: readonly string[];
  /** Why not all was; what isn't in `deployed` is as it was. */
  readonly problems: readonly string[];
}

interface WatchOptions {
  readonly environment: Environment;
  /** What it was made of. */
  readonly made: Made;
  readonly config: Readonly<Record<string, string>>;
  /** Told of every change, also of one that changes nothing. */
  readonly tell: (change: Change) => void;
  /** Told of the outputs, when they are others. */
  readonly publish: (outputs: EnvironmentOutputs) => void;
}

/** Of what programs are made of, beside `sourceFolders`. */
const rootFile = /^(index\.ts|package\.json|Pulumi\..*yaml)$/;

/** An editor saves in several steps, and several files at once: how long nothing has to happen, in milliseconds. */
const quiet = 100;

/**
 * Deploys each change of the programs, their functions, tables, migrations and config to an environment that is up, until
 * its session closes. The programs run again, and their types are checked, in processes of their own; what they ask for
 * now is compared with what the environment was made of.
 */
export function watchPrograms(session: Session, options: WatchOptions): void {
  const { environment, made, config, tell, publish } = options;
  const { stack, services } = environment;
  const types = asked<null, { readonly problems: readonly string[] }>(session, "typesProcess", []);
  // A run makes much that is soon gone: with a larger young generation, collecting it takes a fifth less time.
  const flags = ["--max-semi-space-size=64", "--max-old-space-size=512"];
  const warm = (): void => void (running = running.then(() => deploy(undefined)));
  const programs = asked<PlanRequest, PlanAnswer>(session, "planProcess", flags, warm);
  let { outputs } = environment;
  let closed = false;

  async function deploy(saved: number | undefined): Promise<void> {
    const begin = saved ?? Date.now();
    const deployed: string[] = [];
    const problems: string[] = [];
    try {
      const behaved = new Map([...made].map(([key, each]) => [key, each.behaved]));
      const [checked, answer] = await Promise.all([types(null), programs({ stack, config, behaved })]);
      if (checked.problems.length > 0) problems.push(...checked.problems);
      else if ("problems" in answer) problems.push(...answer.problems);
      else {
        const fixed = await apply(answer.plan.resources, made, services, deployed);
        if (fixed.length > 0)
          problems.push(`restart npm run local for what can't change while it is up: ${fixed.join(", ")}`);
        const now = environmentOutputs.parse(answer.plan.outputs);
        if (!isDeepStrictEqual(now, outputs)) publish((outputs = now));
      }
    } catch (error) {
      problems.push(...problemsOf(error));
    }
    const isNews = saved !== undefined || deployed.length > 0 || problems.length > 0;
    if (closed || !isNews) return;
    tell({ at: new Date(), milliseconds: Date.now() - begin, deployed, problems });
  }

  // The first one finds what was saved while the environment came up, and warms the processes.
  let running = deploy(undefined);
  let timer: NodeJS.Timeout | undefined;
  let waiting: { saved: number } | undefined;
  const touched = (): void => {
    clearTimeout(timer);
    const saved = Date.now();
    timer = setTimeout(() => {
      // What comes while one runs goes with the next.
      if (waiting) return void (waiting.saved = saved);
      const next = (waiting = { saved });
      running = running.then(() => {
        waiting = undefined;
        return deploy(next.saved);
      });
    }, quiet);
  };
  const close = watchFiles(touched);
  session.onClose(() => {
    closed = true;
    clearTimeout(timer);
    close();
    return Promise.resolve();
  });
}

/**
 * Watches folder by folder: a watch on a file ends when an editor puts another in its place, and `recursive` does so on
 * Linux. @returns what ends it
 */
function watchFiles(touched: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const add = (folder: string, isWanted: (file: string) => boolean, changed = touched): void => {
    if (watchers.has(folder)) return;
    const watcher = watchFolder(folder, (_, file) => {
      if (file === null || isWanted(file)) changed();
    });
    watchers.set(folder, watcher);
    // It is gone: its own folder's watcher tells.
    watcher.on("error", () => watchers.delete(folder)).on("close", () => watchers.delete(folder));
  };
  const addAll = (): void => {
    const all = sourceFolders
      .map((folder) => path.join(root, folder))
      .flatMap((dir) => [dir, ...foldersBelow(dir)]);
    for (const [folder, watcher] of watchers) {
      if (!all.includes(folder) && !rootFolders.has(folder)) watcher.close();
    }
    for (const dir of all) {
      add(dir, isSource, () => {
        addAll();
        touched();
      });
    }
  };
  const rootFolders = new Set([root, environmentsFolder]);
  addAll();
  for (const folder of rootFolders) add(folder, (file) => rootFile.test(file));
  return () => {
    for (const watcher of [...watchers.values()]) watcher.close();
  };
}

function foldersBelow(dir: string): string[] {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** Not what editors leave beside a file. */
const isSource = (file: string): boolean => !/^\.|[~#]$|\.(swp|swx|tmp|pyc)$|^\d+$/.test(file);

/**
 * Asks a process of `local/watch/`, one question after the other; it is started for the first, and again where it ended.
 *
 * @param retired told when it ended of its own will
 */
function asked<Question, Answer>(
  session: Session,
  name: string,
  flags: readonly string[],
  retired?: () => void,
): (question: Question) => Promise<Answer> {
  const program = path.join(root, "local/watch", `${name}.ts`);
  const start = (): ChildProcess => {
    const args = [...flags, "-r", path.join(root, "programs/register.js"), program];
    const started = session.spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      serialization: "advanced",
    });
    return started.once("exit", (code) => code === 0 && retired?.());
  };
  let child: ChildProcess | undefined;
  session.onClose(async () => {
    if (!child?.connected) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  });
  const ask = async (question: Question): Promise<Answer> => {
    if (!child?.connected) child = start();
    const ending = new AbortController();
    try {
      const { signal } = ending;
      const [answer] = (await Promise.race([
        // Where it can't be sent, its exit tells.
        (child.send({ question }, () => undefined), once(child, "message", { signal })),
        once(child, "exit", { signal }).then(async ([code]) => {
          // It had retired as it was asked.
          if (code === 0) return [await ask(question)];
          throw new GroundworkError(`${name} ended with ${String(code)}`);
        }),
      ])) as [Answer];
      return answer;
    } finally {
      ending.abort();
    }
  };
  return ask;
}

import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as YAML from "yaml";
import { programs, root } from "../../../programs/programs";
import { shareCompiled } from "../../support/checkout";
import { writeStandInWheels } from "../../support/glueWheels";
import { Cloud, cloudFolder } from "../cloud";

const run = promisify(execFile);

/** A resource as the backend holds it. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly protect?: boolean;
  /** URNs of what a destroy takes away after it. */
  readonly dependencies?: readonly string[];
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface PackageFile {
  readonly scripts: Readonly<Record<string, string>>;
}

/** How a command ended, and all that it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** What of the checkout the programs and the providers don't need. */
const left = /^(node_modules|\.git|\.cache|coverage)(\/|$)/;

/** The real Pulumi CLI on a checkout of its own, with a state and a home of its own. */
export class Engine {
  private constructor(readonly dir: string) {}

  /** One that was made before, perhaps by another process. */
  static at(dir: string): Engine {
    return new Engine(dir);
  }

  /**
   * On a copy of the checkout, because `pulumi stack init` writes the salt of the stack's secrets into the config.
   *
   * @param code the checkout; default this one
   */
  static create(code = root): Engine {
    const engine = new Engine(newFolder());
    engine.copyCode(code, () => true);
    // Not those that a person keeps here.
    if (code === root) {
      cpSync(path.join(root, "test/environments"), engine.checkout, { recursive: true });
      shareCompiled(engine.checkout);
    }
    for (const folder of ["state", "home"]) mkdirSync(path.join(engine.dir, folder));
    writeStandInWheels(engine.cache);
    engine.linkPackages();
    return engine;
  }

  /** Another one with the same checkout and the same stacks, which may be changed alone. */
  copy(): Engine {
    const engine = new Engine(newFolder());
    const links = [this.checkout, engine.checkout].map((checkout) => path.join(checkout, "node_modules"));
    cpSync(this.dir, engine.dir, { recursive: true, filter: (source) => source !== links[0] });
    engine.linkPackages();
    return engine;
  }

  /** Takes this checkout's code over its own, as a pull does, and keeps the environments' config. */
  takeCurrentCode(): void {
    this.copyCode(root, (file) => !/^Pulumi\..+\.yaml$/.test(file));
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Sets keys of an environment's config, each with its namespace. */
  configure(stack: string, values: Readonly<Record<string, unknown>>): void {
    const file = path.join(this.checkout, `Pulumi.${stack}.yaml`);
    const document = YAML.parseDocument(readFileSync(file, "utf8"));
    for (const [key, value] of Object.entries(values)) document.setIn(["config", key], value);
    writeFileSync(file, document.toString());
  }

  /** A file of its checkout. */
  readFile(file: string): string {
    return readFileSync(path.join(this.checkout, file), "utf8");
  }

  /** Changes a source file. */
  edit(file: string, before: string, after: string): void {
    const full = path.join(this.checkout, file);
    const text = readFileSync(full, "utf8");
    if (!text.includes(before)) throw new Error(`${file} has no "${before}": change what this test edits`);
    writeFileSync(full, text.replace(before, after));
  }

  /** Runs the CLI in a project's folder; rejects with all its output when it fails. */
  async pulumi(project: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const program = programs.find((candidate) => candidate.project === project);
    const cwd = path.join(this.checkout, path.relative(root, program?.dir ?? root));
    try {
      const { stdout } = await run("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd,
        env: { ...this.env(), ...env },
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`pulumi ${args.join(" ")} in ${project} failed\n${stdout}\n${stderr}`, {
        cause: error,
      });
    }
  }

  /** Starts a program in the checkout. */
  start(
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): ChildProcessWithoutNullStreams {
    return spawn(command, args, { cwd: this.checkout, env: { ...this.env(), ...env } });
  }

  /** Runs `npm run <script> -- …` of this project to its end, without npm and without a terminal. */
  async npm(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as PackageFile;
    const [, ...command] = (scripts[script] ?? "").split(" ");
    const child = this.start(process.execPath, [...command, ...args], env);
    child.stdin.end();
    return ended(child);
  }

  async init(project: string, stack: string): Promise<void> {
    await this.pulumi(project, ["stack", "init", stack]);
  }

  /** @param more arguments, such as `--expect-no-changes` */
  async up(project: string, stack: string, ...more: string[]): Promise<string> {
    return this.pulumi(project, ["up", "--stack", stack, "--yes", "--skip-preview", ...more]);
  }

  async destroy(project: string, stack: string): Promise<string> {
    return this.pulumi(project, ["destroy", "--stack", stack, "--yes", "--skip-preview"]);
  }

  async outputs(project: string, stack: string): Promise<Record<string, unknown>> {
    const json = await this.pulumi(project, ["stack", "output", "--stack", stack, "--json"]);
    return JSON.parse(json) as Record<string, unknown>;
  }

  /**
   * Everything that the backend holds of a stack: what `pulumi stack export` prints, read from the backend's file,
   * because the tests ask for it often and each start of the CLI takes a second.
   */
  resources(project: string, stack: string): Resource[] {
    const file = path.join(this.state, ".pulumi", "stacks", project, `${stack}.json`);
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint: { latest?: { resources?: Resource[] } };
    };
    return checkpoint.latest?.resources ?? [];
  }

  /** The files of locks that the backend holds. */
  locks(): string[] {
    const folder = path.join(this.state, ".pulumi", "locks");
    const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
    return files.filter((file) => file.endsWith(".json"));
  }

  /** What stands where AWS would be. */
  get cloud(): Cloud {
    return new Cloud(path.join(this.dir, "cloud"));
  }

  /** The folder of the backend. */
  get state(): string {
    return path.join(this.dir, "state");
  }

  get checkout(): string {
    return path.join(this.dir, "checkout");
  }

  env(): NodeJS.ProcessEnv {
    return {
      PATH: `${path.join(this.checkout, "test/engine/bin")}:${process.env.PATH}`,
      HOME: path.join(this.dir, "home"),
      PULUMI_HOME: path.join(this.dir, "home"),
      GROUNDWORK_CACHE: this.cache,
      PULUMI_BACKEND_URL: `file://${this.state}`,
      PULUMI_CONFIG_PASSPHRASE: "engine-test",
      [cloudFolder]: path.join(this.dir, "cloud"),
      PULUMI_SKIP_UPDATE_CHECK: "1",
      // What this machine may know of AWS.
      AWS_CONFIG_FILE: "/nonexistent/config",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
      AWS_EC2_METADATA_DISABLED: "true",
      // As the stacks' tsconfig.json say for themselves; `npm test` has checked the types.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    };
  }

  private get cache(): string {
    return path.join(this.dir, "cache");
  }

  private copyCode(code: string, isWanted: (file: string) => boolean): void {
    cpSync(code, this.checkout, {
      recursive: true,
      filter(source) {
        const file = path.relative(code, source);
        return !left.test(file) && isWanted(file);
      },
    });
  }

  private linkPackages(): void {
    symlinkSync(path.join(root, "node_modules"), path.join(this.checkout, "node_modules"));
  }
}

/** @param take is handed all that was written so far, each time there is more */
export async function ended(
  child: ChildProcessWithoutNullStreams,
  take: (output: string) => void = () => undefined,
): Promise<Ended> {
  let output = "";
  const add = (text: string): void => take((output += text));
  child.stdout.setEncoding("utf8").on("data", add);
  child.stderr.setEncoding("utf8").on("data", add);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

/** What a command said that had to fail. */
export async function failureOf(command: Promise<string>): Promise<string> {
  const outcome = await command.catch((error: Error) => error);
  if (outcome instanceof Error) return outcome.message;
  throw new Error(`This had to fail, and did not:\n${outcome}`);
}

function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "groundwork-engine-"));
}

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { programs, root } from "../../../local/programs";

const run = promisify(execFile);

/**
 * The real Pulumi CLI on a copy of the checkout, with a state and a home of its own.
 *
 * A copy, because `pulumi stack init` writes the salt of the stack's secrets into the config file.
 */
export class Engine {
  private readonly dir = mkdtempSync(path.join(tmpdir(), "groundwork-engine-"));
  private readonly checkout = path.join(this.dir, "checkout");
  private readonly env: NodeJS.ProcessEnv;

  constructor() {
    const copied =
      /^(index\.ts|Pulumi.*\.yaml|package\.json|tsconfig\.json|stacks|infra|functions|local|test)(\/|$)/;
    cpSync(root, this.checkout, {
      recursive: true,
      filter: (source) => source === root || copied.test(path.relative(root, source)),
    });
    symlinkSync(path.join(root, "node_modules"), path.join(this.checkout, "node_modules"));
    for (const folder of ["state", "home"]) mkdirSync(path.join(this.dir, folder));
    this.env = {
      PATH: `${path.join(this.checkout, "test/engine/bin")}:${process.env.PATH}`,
      HOME: path.join(this.dir, "home"),
      PULUMI_HOME: path.join(this.dir, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(this.dir, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "engine-test",
      PULUMI_SKIP_UPDATE_CHECK: "1",
    };
  }

  /** Runs the CLI in a project's folder; rejects with its output when it fails. */
  async pulumi(project: string, ...args: string[]): Promise<string> {
    const program = programs.find((candidate) => candidate.project === project);
    const cwd = path.join(this.checkout, path.relative(root, program?.dir ?? root));
    const { stdout } = await run("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env: this.env,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  async init(project: string, stack: string): Promise<void> {
    await this.pulumi(project, "stack", "init", stack);
  }

  /** `pulumi up`: how many resources it created, updated, deleted, left unchanged. */
  async up(project: string, stack: string): Promise<Changes> {
    return changes(await this.pulumi(project, "up", "--stack", stack, "--yes", "--skip-preview"));
  }

  async outputs(project: string, stack: string): Promise<Record<string, unknown>> {
    const json = await this.pulumi(project, "stack", "output", "--stack", stack, "--json");
    return JSON.parse(json) as Record<string, unknown>;
  }

  async destroy(project: string, stack: string): Promise<Changes> {
    return changes(await this.pulumi(project, "destroy", "--stack", stack, "--yes", "--skip-preview"));
  }

  /** The resources that the backend holds of a stack. */
  async resources(project: string, stack: string): Promise<{ type: string; urn: string }[]> {
    const json = await this.pulumi(project, "stack", "export", "--stack", stack);
    const { deployment } = JSON.parse(json) as {
      deployment: { resources?: { type: string; urn: string }[] };
    };
    return deployment.resources ?? [];
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

interface Changes {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly replaced: number;
  readonly unchanged: number;
}

function changes(output: string): Changes {
  const count = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(output)?.[1] ?? 0);
  return {
    created: count("created"),
    updated: count("updated"),
    deleted: count("deleted"),
    replaced: count("replaced"),
    unchanged: count("unchanged"),
  };
}

import { stripVTControlCharacters } from "node:util";
import { GroundworkError } from "../../infra/error";
import type { Program } from "../../local/programs";
import { runCli } from "./cli";
import { explain } from "./explain";
import { type Action, cliArguments, resumeCommand } from "./plan";

interface Run {
  readonly action: Action;
  readonly stack: string;
  readonly projects: readonly Program[];
  readonly yes: boolean;
  readonly stop: AbortSignal;
}

interface Done {
  readonly project: string;
  /** As the CLI counts them: `3 created, 1 updated`. */
  readonly changes: string;
  readonly milliseconds: number;
}

/**
 * Runs an action over the projects, one after the other, with the CLI's output shown as it comes.
 *
 * @throws GroundworkError at the first project that fails, with the reason where it is a known one, and the
 *   command that goes on
 */
export async function runStacks({ action, stack, projects, yes, stop }: Run): Promise<Done[]> {
  const done: Done[] = [];
  for (const { project, dir } of projects) {
    stop.throwIfAborted();
    process.stdout.write(`\n${project} (${stack})\n`);
    const started = Date.now();
    const { code, output } = await runCli("pulumi", cliArguments(action, stack, yes), {
      cwd: dir,
      stop,
      shown: true,
    });
    stop.throwIfAborted();
    if (code !== 0) {
      const reason = explain(output, { project, stack }) ?? "see the lines of Pulumi above";
      const resume = resumeCommand(action, stack, projects, project);
      throw new GroundworkError(`${project} failed: ${reason}. Then go on with ${resume}`);
    }
    done.push({ project, changes: countChanges(output), milliseconds: Date.now() - started });
  }
  return done;
}

/** `+ 3 created`, `~ 1 to update`, `+-2 replaced` of the CLI's last lines, as one line. */
export function countChanges(output: string): string {
  const counts = [
    ...stripVTControlCharacters(output).matchAll(/^\s+(?:\+|~|-|\+-|-\+)\s?(\d+ (?:to )?[a-z]+)$/gm),
  ];
  return counts.map(([, count]) => count).join(", ") || "no change";
}

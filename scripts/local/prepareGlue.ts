import { GroundworkError } from "../../infra/error";
import type { Environment } from "../../local/environment";
import { sparkPython } from "../../local/glue/spark";

/** Installs what the environment's Glue job runs on, where it has one; says in a line where that can't be. */
export async function prepareGlue({ services }: Environment, stop: AbortSignal): Promise<void> {
  const [job] = services.glue.jobNames;
  if (job === undefined) return;
  try {
    await sparkPython(say, stop);
    say(`StartJobRun of ${job} runs the script that was deployed, under Spark`);
  } catch (error) {
    if (!(error instanceof GroundworkError)) throw error;
    say(`StartJobRun of ${job} will fail, all else works. ${error.message}`);
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

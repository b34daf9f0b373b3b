import { GroundworkError } from "../../infra/error";
import { pythonEnvironment, pythonLacks, version } from "./pythonEnvironment";

/** What Spark needs on this machine and lacks, in a sentence that says what to install; undefined when all is there. */
export function sparkLacks(): string | undefined {
  const python = pythonLacks();
  const [, major] = /version "(\d+)/.exec(version("java", ["-version"])) ?? [];
  const java = major === undefined || ![11, 17].includes(Number(major)) ? "Java 17" : undefined;
  const lacks = [python, java].filter((each) => each !== undefined);
  if (lacks.length === 0) return undefined;
  return `The Glue job runs here under Spark, which needs ${lacks.join(" and ")}: install it (on Debian: apt install python3-venv openjdk-17-jre-headless)`;
}

/**
 * The Python of a virtual environment with pyspark and the database's driver, in the versions that the job names:
 * 400 MB.
 *
 * @throws GroundworkError when something is missing or pip fails.
 */
export async function sparkPython(say: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const missing = sparkLacks();
  if (missing !== undefined) throw new GroundworkError(missing);
  return pythonEnvironment("spark", "functions/glue/requirements.txt", "pyspark", say, signal);
}

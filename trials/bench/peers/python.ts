import * as path from "node:path";
import { GroundworkError } from "../../../infra/error";
import { pythonEnvironment, pythonLacks } from "../../../local/glue/pythonEnvironment";
import records from "../../../tables/records";
import type { Peer } from "./peer";
import { columns, libpqVariables, runProgram } from "./program";

interface PythonPeer {
  readonly key: string;
  readonly name: string;
  /** Of requirements.txt, whose version is told. */
  readonly distribution: string;
  /** Beside this file; takes the table, its columns and the file. */
  readonly script: string;
  /** Whether the script, called with nothing, brings what isn't among the requirements. */
  readonly prepares?: boolean;
}

/** A script of Python's, in a virtual environment that is made once. */
export function pythonPeer({ key, name, distribution, script, prepares = false }: PythonPeer): Peer {
  return {
    key,
    name,
    ready: async ({ database, say, stop }) => {
      const lacks = pythonLacks();
      if (lacks !== undefined) throw new GroundworkError(`it needs ${lacks}`);
      const requirements = "trials/bench/peers/requirements.txt";
      const python = await pythonEnvironment("peers", requirements, "pandas, psycopg and DuckDB", say, stop);
      const file = path.join(__dirname, script);
      if (prepares) await runProgram(python, [file], {}, stop);
      const version = `from importlib.metadata import version; print(version("${distribution}"))`;
      return {
        version: (await runProgram(python, ["-c", version])).trim(),
        load: async (csv) =>
          void (await runProgram(python, [file, records.name, columns, csv], libpqVariables(database))),
      };
    },
  };
}

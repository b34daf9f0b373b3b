import { sparkPython } from "../local/glue/spark";

/** For CI: what pip may take. */
const seconds = 240;

/** Installs what the Glue job needs here; says in one line why it can't. */
sparkPython((text) => process.stderr.write(`${text}\n`), AbortSignal.timeout(seconds * 1000)).catch(
  (error: Error) => {
    const late = error.name === "AbortError";
    process.stderr.write(`${late ? `pip took longer than ${seconds} s` : error.message}\n`);
    process.exitCode = 1;
  },
);

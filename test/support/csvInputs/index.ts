import { files } from "./files";
import { records } from "./records";

/** Files as people have them, each with the right outcome, for whatever reads files. */
export const inputs = [...files, ...records];

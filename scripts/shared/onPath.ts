import { accessSync, constants } from "node:fs";
import * as path from "node:path";

/** Whether a program can be started by its name. */
export function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

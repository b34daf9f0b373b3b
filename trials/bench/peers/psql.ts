import { makeReference } from "../reference";
import type { Peer } from "./peer";

/** What the others are measured by; without psql the file's raw bytes through pg-copy-streams. */
export const psql: Peer = {
  key: "psql",
  name: "psql \\copy",
  ready: ({ database }) => {
    const reference = makeReference(database);
    return Promise.resolve({
      name: reference.name,
      version: reference.version,
      load: async (file) => void (await reference.load(file)),
    });
  },
};

import { chmodSync } from "node:fs";
import type { Client } from "pg";
import { connect } from "../../uploadAndFollow";
import type { Peer, PeerSetting } from "./peer";
import { target } from "./program";

/** The server reads a file of its own disk: what RDS's extension aws_s3 does once it has the object. */
export const serverCopy: Peer = {
  key: "server",
  name: "COPY of a file on the server",
  ready: async ({ database }) => ({
    version: await onServer(database, async (client) => {
      const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
      return rows[0]?.server_version ?? "";
    }),
    load: (file) =>
      onServer(database, async (client) => {
        chmodSync(file, 0o644); // The server runs as another user than root.
        await client.query(`COPY ${target} FROM ${client.escapeLiteral(file)} (FORMAT csv, HEADER)`);
      }),
  }),
};

async function onServer<T>(
  database: PeerSetting["database"],
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connect({ database });
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

import { type Server, connect, createServer } from "node:net";
import { promisify } from "node:util";

export function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

export const connectionsOf = (server: Server): Promise<number> =>
  promisify<number>((done) => server.getConnections(done))();

/** More than what lies between fits into. */
export const farewell = Buffer.alloc(20_000_000);

/** Answers an SSLRequest as PostgreSQL does, and one who has ended with all that is left to say. */
export async function listen(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("data", () => socket.write("S"));
    socket.on("end", () => socket.end(farewell));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

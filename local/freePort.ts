import { createServer } from "node:net";
import { GroundworkError } from "../infra/error";

/**
 * A port on 127.0.0.1 that nobody listens on now, the one asked for or any; another program may take it before it is used.
 * @throws GroundworkError when the one asked for is in use
 */
export async function freePort(port = 0): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject).listen(port, "127.0.0.1", resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new GroundworkError(`Port ${port} is in use: free it, or name another under local: in the config`);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("A TCP server without a port");
  return address.port;
}

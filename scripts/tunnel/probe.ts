import { connect, createServer } from "node:net";
import { GroundworkError } from "../../infra/error";

const host = "127.0.0.1";

/** PostgreSQL's SSLRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** @throws GroundworkError when another program listens on the port */
export async function checkPortFree(port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => probe.once("error", reject).listen(port, host, resolve));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES") {
      throw new GroundworkError(`Port ${port} needs root: choose one above 1023 with --port`);
    }
    throw new GroundworkError(
      `Port ${port} on ${host} is taken: end what listens there, or choose another with --port`,
    );
  }
  await new Promise((resolve) => probe.close(resolve));
}

/** Whether a PostgreSQL answers at the port: it is asked for TLS, which needs no password. */
export function databaseAnswers(port: number, patience = 5000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(patience, () => end(false));
    socket.once("connect", () => socket.write(sslRequest));
    // S: with TLS; N: without, which is a PostgreSQL too.
    socket.once("data", (data) => end(data[0] === 0x53 || data[0] === 0x4e));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Tells a socket and an SSH channel what the other says, to its end and its break. Each may go on to speak when the other
 * has said its last, for which the socket has to be one that may be half open.
 */
export function join(socket: Socket, channel: Duplex & { close(): void }): void {
  socket.pipe(channel).pipe(socket);
  // A pipe tells of an end, and not of a break; and what is on its way at an end has to arrive.
  socket
    .on("error", () => undefined)
    .on("close", () => {
      if (socket.readableEnded) channel.end(() => channel.close());
      else channel.close();
    });
  channel.on("error", () => socket.destroy()).on("close", () => socket.destroySoon());
}

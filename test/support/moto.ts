import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { isOnPath } from "../../scripts/shared/onPath";
import { notRun } from "./notRun";

/** An independent emulator of AWS, until it is closed. */
export interface Moto {
  readonly url: string;
  close(): void;
}

/** Starts moto's server; where it isn't on PATH, it says so and skips what the test's hook is for. */
export async function startMoto(test: Mocha.Context): Promise<Moto> {
  if (!isOnPath("moto_server")) return notRun(test, "moto_server");
  const server = spawn("moto_server", ["-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  return { url: await addressOf(server), close: () => void server.kill("SIGKILL") };
}

/** Where the server says that it listens. @throws Error with what it said instead */
async function addressOf(server: ChildProcess): Promise<string> {
  let said = "";
  const address = new Promise<string>((resolve, reject) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const found = /Running on (http:\/\/\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    void once(server, "exit").then(() => reject(new Error(`moto_server ended:\n${said}`)));
  });
  return address;
}

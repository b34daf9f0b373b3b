import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import * as path from "node:path";
import { Client, type ServerHostKeyAlgorithm, utils } from "ssh2";

/** A tunnel as `ssh -N -L` makes it, for machines without that program. */
export interface LibraryTunnel {
  readonly bastion: { readonly host: string; readonly port: number; readonly user: string };
  /** On 127.0.0.1. */
  readonly localPort: number;
  readonly to: { readonly host: string; readonly port: number };
  /** Else the agent's keys, and those in ~/.ssh. */
  readonly keyFile?: string | undefined;
  /** Host keys by the instance's id. */
  readonly knownHostsFile: string;
  readonly instanceId: string;
}

/** Ends the process in the words that OpenSSH's client has for it: line.ts knows what they mean. */
function end(words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(255);
}

/** The pinned keys of the bastion: their types, and their bytes in base64. */
function pinnedKeys({ knownHostsFile, instanceId }: LibraryTunnel): [type: string, key: string][] {
  const text = existsSync(knownHostsFile) ? readFileSync(knownHostsFile, "utf8") : "";
  return text.split("\n").flatMap((line): [string, string][] => {
    const [names = "", type = "", key = ""] = line.trim().split(/\s+/);
    return names.split(",").includes(instanceId) ? [[type, key]] : [];
  });
}

/** Of a type of key, what a server may sign with. */
const algorithmsOf = (type: string): string[] =>
  type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];

/** The key that is given, or the first of the usual files; undefined leaves it to the agent. */
function privateKey({ keyFile }: LibraryTunnel): Buffer | undefined {
  const usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => path.join(homedir(), ".ssh", name));
  const file = keyFile ?? usual.find(existsSync);
  if (file === undefined) return undefined;
  if (!existsSync(file)) end(`Identity file ${file} not accessible`);
  if ((statSync(file).mode & 0o077) !== 0) end(`UNPROTECTED PRIVATE KEY FILE ${file}`);
  const key = readFileSync(file);
  const parsed = utils.parseKey(key);
  if (!(parsed instanceof Error)) return key;
  // One with a passphrase is the agent's to use.
  if (keyFile !== undefined || process.env.SSH_AUTH_SOCK === undefined)
    end(`Load key ${file}: invalid format (${parsed.message})`);
  return undefined;
}

/** Holds the line until the process is ended, or ends it when the line is lost. */
function hold(tunnel: LibraryTunnel): void {
  const pinned = pinnedKeys(tunnel);
  if (pinned.length === 0) end("Host key verification failed.");
  const key = privateKey(tunnel);
  const { host, port, user } = tunnel.bastion;
  const client = new Client();
  let isBastion = true;
  client.on("ready", () => {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      client.forwardOut(
        "127.0.0.1",
        socket.remotePort ?? 0,
        tunnel.to.host,
        tunnel.to.port,
        (error, channel) => {
          if (error) return socket.destroy();
          channel.on("error", () => socket.destroy());
          socket.pipe(channel).pipe(socket);
        },
      );
    });
    server.on("error", ({ message }) => end(message));
    server.listen(tunnel.localPort, "127.0.0.1");
  });
  client.on("error", ({ level, message }) => {
    if (!isBastion) end("Host key verification failed.");
    end(level === "client-authentication" ? "Permission denied (publickey)." : message);
  });
  client.on("close", () => end(`Connection to ${host} closed`));
  client.connect({
    ...{ host, port, username: user, readyTimeout: 10_000, keepaliveInterval: 10_000, keepaliveCountMax: 3 },
    ...(key && { privateKey: key }),
    ...(tunnel.keyFile === undefined && process.env.SSH_AUTH_SOCK && { agent: process.env.SSH_AUTH_SOCK }),
    algorithms: { serverHostKey: pinned.flatMap(([type]) => algorithmsOf(type)) as ServerHostKeyAlgorithm[] },
    hostVerifier: (shown: Buffer) =>
      (isBastion = pinned.some(([, known]) => known === shown.toString("base64"))),
  });
}

hold(JSON.parse(process.argv[2] ?? "{}") as LibraryTunnel);

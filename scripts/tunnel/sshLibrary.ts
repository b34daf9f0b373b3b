import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import * as path from "node:path";
import { type AnyAuthMethod, Client, type ServerHostKeyAlgorithm, utils } from "ssh2";
import { join } from "../../local/bastion/join";

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

/**
 * The key that is given, or those in the usual files that can be used: one with a passphrase is the agent's. Where none can,
 * and no agent has others, it ends with what is wrong with the first.
 */
function privateKeys({ keyFile }: LibraryTunnel, agent: string | undefined): Buffer[] {
  const usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => path.join(homedir(), ".ssh", name));
  const files = keyFile === undefined ? usual.filter(existsSync) : [keyFile];
  const problems = files.map(whyNot);
  const [problem] = problems;
  if (problem !== undefined && agent === undefined && !problems.includes(undefined)) end(problem);
  return files.filter((_, at) => problems[at] === undefined).map((file) => readFileSync(file));
}

function whyNot(file: string): string | undefined {
  if (!existsSync(file)) return `Identity file ${file} not accessible`;
  if ((statSync(file).mode & 0o077) !== 0) return `UNPROTECTED PRIVATE KEY FILE ${file}`;
  const parsed = utils.parseKey(readFileSync(file));
  return parsed instanceof Error ? `Load key ${file}: invalid format (${parsed.message})` : undefined;
}

/** Holds the line until the process is ended, or ends it when the line is lost. */
function hold(tunnel: LibraryTunnel): void {
  const pinned = pinnedKeys(tunnel);
  if (pinned.length === 0) end("Host key verification failed.");
  const { host, port, user: username } = tunnel.bastion;
  const agent = tunnel.keyFile === undefined ? process.env.SSH_AUTH_SOCK : undefined;
  const ways: AnyAuthMethod[] = privateKeys(tunnel, agent).map((key) => ({
    type: "publickey",
    username,
    key,
  }));
  if (agent) ways.unshift({ type: "agent", username, agent });
  const client = new Client();
  let isBastion = true;
  client.on("ready", () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => socket.destroy());
      client.forwardOut(
        "127.0.0.1",
        socket.remotePort ?? 0,
        tunnel.to.host,
        tunnel.to.port,
        (error, channel) => {
          if (error) return socket.destroy();
          if (socket.destroyed) return channel.close();
          join(socket, channel);
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
    ...{ host, port, username, readyTimeout: 10_000, keepaliveInterval: 10_000, keepaliveCountMax: 3 },
    authHandler: ways,
    algorithms: { serverHostKey: pinned.flatMap(([type]) => algorithmsOf(type)) as ServerHostKeyAlgorithm[] },
    hostVerifier: (shown: Buffer) =>
      (isBastion = pinned.some(([, known]) => known === shown.toString("base64"))),
  });
}

hold(JSON.parse(process.argv[2] ?? "{}") as LibraryTunnel);

import { mkdirSync } from "node:fs";
import * as path from "node:path";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { GroundworkError } from "../../infra/error";
import { replaceFile, textIfThere } from "../../local/files";

/** How the bastion is known before the first connection. */
interface Pin {
  /** The known_hosts file of these tunnels alone; its names are instance ids. */
  readonly file: string;
  readonly instanceId: string;
}

/**
 * Pins the host key of an instance: from the given line, or from what the instance printed to its console when it
 * first booted, which only its account can read. A key that is pinned stays; an instance that shows another one
 * is refused by ssh.
 *
 * @returns whether the key was pinned by this call
 * @throws GroundworkError when the console shows no key (yet) or can't be read
 */
export async function pinHostKey(pin: Pin, ec2: EC2Client, given?: string): Promise<boolean> {
  if (given === undefined && isPinned(pin)) return false;
  const keys = given === undefined ? await keysOnConsole(pin.instanceId, ec2) : [publicKey(given)];
  const others = lines(pin.file).filter((line) => !line.startsWith(`${pin.instanceId} `));
  const own = keys.map((key) => `${pin.instanceId} ${key}`);
  mkdirSync(path.dirname(pin.file), { recursive: true });
  replaceFile(pin.file, `${[...others, ...own].join("\n")}\n`);
  return true;
}

function isPinned({ file, instanceId }: Pin): boolean {
  return lines(file).some((line) => line.startsWith(`${instanceId} `));
}

function lines(file: string): string[] {
  return (textIfThere(file) ?? "").split("\n").filter(Boolean);
}

function publicKey(text: string): string {
  const [key] = hostKeysIn(marked(text));
  if (key !== undefined) return key;
  throw new GroundworkError("--host-key must be a public host key such as 'ssh-ed25519 AAAA…'");
}

const [begin, end] = ["-----BEGIN SSH HOST KEY KEYS-----", "-----END SSH HOST KEY KEYS-----"];
const marked = (text: string): string => `${begin}\n${text}\n${end}`;

/** The public keys, type and body, that cloud-init printed between its marks; from the last time that it did. */
function hostKeysIn(console: string): string[] {
  const start = console.lastIndexOf(begin);
  const stop = console.indexOf(end, start);
  if (start < 0 || stop < 0) return [];
  return console
    .slice(start, stop)
    .split(/\r?\n/)
    .flatMap((line) => /((?:ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/]+=*)(?:\s|$)/.exec(line)?.[1] ?? []);
}

async function keysOnConsole(instanceId: string, ec2: EC2Client): Promise<string[]> {
  const text = await consoleOf(instanceId, ec2);
  const keys = hostKeysIn(text);
  if (keys.length > 0) return keys;
  throw new GroundworkError(
    `The console of ${instanceId} shows no host key. A new instance takes some minutes to print it: try again. An old ` +
      "one may have lost it: read it there (Session Manager, /etc/ssh/ssh_host_ed25519_key.pub) and give it with --host-key",
  );
}

async function consoleOf(instanceId: string, ec2: EC2Client): Promise<string> {
  const { GetConsoleOutputCommand } = await import("@aws-sdk/client-ec2");
  try {
    // Without Latest it is what EC2 kept of the last boot, which the keys belong to.
    const { Output = "" } = await ec2.send(new GetConsoleOutputCommand({ InstanceId: instanceId }));
    return Buffer.from(Output, "base64").toString();
  } catch (error) {
    throw new GroundworkError(
      `EC2 does not show the console of ${instanceId} (${(error as Error).message}): check your AWS credentials and ` +
        "region, or give the host key with --host-key",
    );
  }
}

import { mkdtempSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import * as path from "node:path";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Session } from "../session";
import type { RunScript } from "./server";
import { endGroup, spawnScript } from "./script";
import { sparkPython } from "./spark";

/** Threads of Spark's in a run: it shares the machine with all that is local. */
const cores = 2;

/** What a script reaches, once it runs. */
interface Reached {
  readonly s3: { readonly url: string };
  readonly environment: () => Readonly<Record<string, string>>;
  readonly database?: { readonly server: { readonly caFile: string } };
}

/** Runs jobs' scripts from the bucket that they were deployed to, under Spark on this machine. */
export function scriptRunner(session: Session, reached: () => Reached): RunScript {
  return async ({ script, modules, defaultArguments }, given) => {
    const python = await sparkPython((text) => process.stderr.write(`${text}\n`));
    const { s3, database, environment } = reached();
    const folder = mkdtempSync(path.join(session.dir, "glue-"));
    await Promise.all([script, ...modules].map((uri) => download(clientOf(s3.url, session), uri, folder)));
    const args = {
      ...defaultArguments,
      ...given,
      // What the laptop adds, as to a function's environment: whom to trust for the database.
      ...(database && { "--database_ca": database.server.caFile }),
    };
    const child = spawnScript({
      session,
      python,
      script: path.join(folder, path.basename(script)),
      args: Object.entries(args).flat(),
      cores,
      environment: environment(),
    });
    let log = "";
    child.stdout?.resume();
    child.stderr?.on("data", (text: Buffer) => (log = (log + text.toString()).slice(-3000)));
    const ended = once(child, "close").then(([code, signal]) => {
      if (code === 0) return undefined;
      return log.trim().split("\n").at(-1) ?? `it ended with ${String(code ?? signal)}`;
    });
    return { ended, kill: () => endGroup(child) };
  };
}

export async function putObject(
  url: string,
  session: Session,
  object: { bucket: string; key: string; content: string | Uint8Array },
): Promise<void> {
  const client = clientOf(url, session);
  const { bucket, key, content } = object;
  try {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
  } finally {
    client.destroy();
  }
}

async function download(client: S3Client, uri: string, folder: string): Promise<void> {
  const { hostname: bucket, pathname } = new URL(uri);
  try {
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: pathname.slice(1) }));
    writeFileSync(
      path.join(folder, path.basename(pathname)),
      (await object.Body?.transformToByteArray()) ?? "",
    );
  } finally {
    client.destroy();
  }
}

function clientOf(url: string, { credentials }: Session): S3Client {
  return new S3Client({ endpoint: url, region: "us-east-1", credentials });
}

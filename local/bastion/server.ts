import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { type AuthContext, type Connection, type ParsedKey, Server, utils } from "ssh2";
import { isSame } from "../isSame";
import { join } from "./join";
import type { Answer, Question, Setup } from "./protocol";

// A process of its own, started by local/bastion/bastion.ts with its setup as the one argument: killing it drops
// the line as an instance does that fails.
const setup = JSON.parse(process.argv[2] ?? "") as Setup;
const authorized = parse(setup.authorizedKey);

const server = new Server({ hostKeys: [readFileSync(setup.hostKeyFile)] }, (connection) => {
  connection.on("authentication", (context) => authenticate(context));
  connection.on("ready", () => forward(connection));
  // A client that went away is no event for a server.
  connection.on("error", () => undefined);
});
server.listen(setup.port, "127.0.0.1", () => {
  process.send?.({ listening: (server.address() as { port: number }).port });
});
process.on("disconnect", () => process.exit());

function authenticate(context: AuthContext): void {
  const known = context.method === "publickey" && context.username === setup.user;
  if (!known || !isSame(context.key.data, authorized.getPublicSSH())) return context.reject(["publickey"]);
  // Without a signature the client only asks whether this key would do.
  if (context.signature === undefined || context.blob === undefined) return context.accept();
  const genuine = authorized.verify(context.blob, context.signature, context.hashAlgo) === true;
  return genuine ? context.accept() : context.reject();
}

/** Tunnels to the database and nothing else: no shell, no command, no other address. */
function forward(connection: Connection): void {
  connection.on("tcpip", (accept, reject, { destIP: host, destPort: port }) => {
    void mayReach({ host, port }).then((allowed) => {
      if (!allowed) return reject();
      const database = connect({ host, port, allowHalfOpen: true });
      database.once("error", () => reject());
      database.once("connect", () => {
        database.removeAllListeners("error");
        join(database, accept());
      });
    });
  });
}

let questions = 0;

/** The security group's part: the environment knows where its database is. */
function mayReach(destination: { host: string; port: number }): Promise<boolean> {
  const id = ++questions;
  const question: Question = { id, ...destination };
  return new Promise((resolve) => {
    const listener = (answer: Answer): void => {
      if (answer.id !== id) return;
      process.off("message", listener);
      resolve(answer.allowed);
    };
    process.on("message", listener);
    process.send?.(question);
  });
}

function parse(key: string): ParsedKey {
  const parsed = utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  return parsed;
}

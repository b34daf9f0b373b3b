import * as path from "node:path";
import { Option } from "commander";
import { root } from "../../programs/programs";
import { findEnvironment } from "../../local/runningEnvironment";
import { Session } from "../../local/session";
import { wholeNumber } from "../shared/arguments";
import { Command } from "../shared/command";
import { openTerminal } from "../shared/openTerminal";
import { shellLine } from "../shared/shellLine";
import { enterAws } from "../shared/stackOutputs";
import { formatDuration, paint, runCommand, table } from "../shared/terminal";
import { accessRows, writeRdsAuthorities } from "./access";
import { type SshOptions, checkProgram, plainCommand, tunnelCommand } from "./command";
import { pinHostKey } from "./hostKey";
import { holdLine } from "./line";
import { checkPortFree, databaseAnswers } from "./probe";
import { type Target, findTarget } from "./target";
import { wakeBastion } from "./wake";

interface TunnelOptions {
  stack: string;
  port: number;
  key?: string;
  hostKey?: string;
  knownHosts: string;
  start: boolean;
  print: boolean;
}

const cache = path.join(root, ".cache");

const program = new Command("npm run tunnel --")
  .description(
    "Opens a port on this machine that leads to the private database, until Ctrl-C; reconnects when the line drops.",
  )
  .option("--stack <name>", "the environment; local is the one that npm run local holds", "dev")
  .option("--port <n>", "the port on this machine", wholeNumber(65_535), 8003)
  .option("--key <file>", "the private SSH key (default: what ssh itself finds)")
  .option("--host-key <key>", "the bastion's public host key (default: from its EC2 console output, once)")
  .addOption(
    new Option("--known-hosts <file>", "where host keys are pinned").default(
      path.join(cache, "known_hosts"),
      ".cache/known_hosts",
    ),
  )
  .option("--start", "start the bastion without asking, should it be stopped", false)
  .option("--print", "only print the plain command, and start nothing", false)
  .parse();

runCommand(async (stop) => {
  const options = program.opts<TunnelOptions>();
  const target = await findTarget(options.stack);
  const ssh = sshOptions(options);
  if (options.print) {
    const { program: name, args } = plainCommand(target, options.port, ssh);
    process.stdout.write(`${shellLine(name, ...args)}\n`);
    return;
  }
  const command = tunnelCommand(target, options.port, ssh);
  checkProgram(command);
  if (target.mode === "ssh" && command.program !== "ssh")
    say("ssh is not on PATH: the SSH library in its place");
  await checkPortFree(options.port);
  const environment = enterAws(options.stack);
  await prepare(target, ssh, options, stop);
  const session = new Session();
  try {
    await holdLine({
      session,
      command,
      environment,
      stop,
      answers: () => databaseAnswers(options.port),
      onUp: () => announce(target, options),
      onDown: (reason, delay) => say(`line lost: ${reason}; next try in ${formatDuration(delay)}`),
    });
  } finally {
    await session.close();
  }
});

/** The local environment listens on a port of its own, with a key that it made. */
function sshOptions({ stack, key, knownHosts }: TunnelOptions): SshOptions {
  const bastion = stack === "local" ? findEnvironment(stack)?.bastion : undefined;
  return { keyFile: key ?? bastion?.keyFile, sshPort: bastion?.port ?? 22, knownHostsFile: knownHosts };
}

/** What a line needs at its other end: a machine that runs, and with SSH its host key. */
async function prepare(
  { instanceId, mode }: Target,
  { knownHostsFile: file }: SshOptions,
  { stack, hostKey, start }: TunnelOptions,
  stop: AbortSignal,
): Promise<void> {
  const { EC2Client } = await import("@aws-sdk/client-ec2");
  const ec2 = new EC2Client({});
  try {
    const mayStart = (): Promise<boolean> => (start ? Promise.resolve(true) : askToStart(instanceId, stop));
    await wakeBastion({ instanceId, stack, mayStart, say }, ec2);
    if (mode === "ssh" && (await pinHostKey({ file, instanceId }, ec2, hostKey))) {
      say(`pinned the host key of ${instanceId}`);
    }
  } finally {
    ec2.destroy();
  }
}

/** False where there is no terminal to ask at. */
async function askToStart(instanceId: string, stop: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = openTerminal();
  try {
    const question = `The bastion ${instanceId} is stopped: start it? [Y/n] `;
    return !/^n/i.test((await terminal.question(question, { signal: stop })).trim());
  } finally {
    terminal.close();
  }
}

let announced = false;

function announce(target: Target, { stack, port }: TunnelOptions): void {
  say(`the database answers on 127.0.0.1:${port}`);
  if (announced) return;
  announced = true;
  const local = stack === "local" ? findEnvironment(stack) : undefined;
  const caFile = local?.databaseCaFile ?? writeRdsAuthorities(path.join(cache, "rds-ca.pem"));
  table(accessRows(target, port, caFile, secretsAccess(local?.environment ?? {})), process.stdout);
}

/** Of what the environment on this machine needs, what reading a secret takes. */
function secretsAccess(environment: Readonly<Record<string, string>>): Record<string, string> {
  const needed = /^AWS_(ENDPOINT_URL_SECRETS_MANAGER|REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => needed.test(name)));
}

function say(text: string): void {
  process.stderr.write(`${paint("dim", new Date().toLocaleTimeString("en-GB"), process.stderr)} ${text}\n`);
}

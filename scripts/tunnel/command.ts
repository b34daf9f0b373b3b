import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { root } from "../../programs/programs";
import { isOnPath } from "../shared/onPath";
import type { LibraryTunnel } from "./sshLibrary";
import type { Target } from "./target";

/** A program with its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

export interface SshOptions {
  /** The private key; undefined leaves the choice to ssh: its agent, its config, its default files. */
  readonly keyFile: string | undefined;
  readonly sshPort: number;
  readonly knownHostsFile: string;
}

/** The user that Amazon Linux has. */
const user = "ec2-user";

/** The command as a person would write it. */
export function plainCommand(target: Target, localPort: number, options: SshOptions): Command {
  return target.mode === "ssm"
    ? sessionManagerCommand(target, localPort)
    : { program: "ssh", args: [...keyArgs(options), "-4", "-N", ...lineArgs(target, localPort, options)] };
}

/**
 * The command as it runs here: it asks nothing, trusts the pinned host key alone, and notices a dead line in 30 s. Without
 * an SSH client on this machine it is the SSH library in a process of its own.
 */
export function tunnelCommand(
  target: Target,
  localPort: number,
  options: SshOptions,
  hasClient = isOnPath("ssh"),
): Command {
  if (target.mode === "ssm") return sessionManagerCommand(target, localPort);
  if (!hasClient) return libraryCommand(target, localPort, options);
  const settings = {
    ExitOnForwardFailure: "yes",
    ServerAliveInterval: "10",
    ServerAliveCountMax: "3",
    ConnectTimeout: "10",
    TCPKeepAlive: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: `"${options.knownHostsFile}"`,
    GlobalKnownHostsFile: "/dev/null",
    // Pinned by the instance, not by its address, which the next instance may have.
    HostKeyAlias: target.instanceId,
    UpdateHostKeys: "no",
    // The user's own settings for all hosts may share lines; this one is to end with its process.
    ControlMaster: "no",
    ControlPath: "none",
    BatchMode: "yes",
    LogLevel: "ERROR",
    ...(options.keyFile !== undefined && { IdentitiesOnly: "yes" }),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return {
    program: "ssh",
    args: [...keyArgs(options), "-4", "-N", "-T", ...args, ...lineArgs(target, localPort, options)],
  };
}

function libraryCommand(
  { bastionHost, database, instanceId }: Target,
  localPort: number,
  { keyFile, sshPort, knownHostsFile }: SshOptions,
): Command {
  const tunnel: LibraryTunnel = {
    bastion: { host: bastionHost, port: sshPort, user },
    to: { host: database.host, port: database.port },
    ...{ localPort, keyFile, knownHostsFile, instanceId },
  };
  const register = path.join(root, "programs", "register.js");
  return {
    program: process.execPath,
    args: ["-r", register, path.join(__dirname, "sshLibrary.ts"), JSON.stringify(tunnel)],
  };
}

function keyArgs({ keyFile }: SshOptions): string[] {
  return keyFile === undefined ? [] : ["-i", keyFile];
}

function lineArgs({ database, bastionHost }: Target, localPort: number, { sshPort }: SshOptions): string[] {
  return [
    ...["-L", `127.0.0.1:${localPort}:${database.host}:${database.port}`],
    ...(sshPort === 22 ? [] : ["-p", String(sshPort)]),
    `${user}@${bastionHost}`,
  ];
}

/** Through Session Manager: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html */
function sessionManagerCommand({ instanceId, database }: Target, localPort: number): Command {
  const parameters = {
    host: [database.host],
    portNumber: [String(database.port)],
    localPortNumber: [String(localPort)],
  };
  return {
    program: "aws",
    args: [
      ...["ssm", "start-session", "--target", instanceId],
      ...["--document-name", "AWS-StartPortForwardingSessionToRemoteHost"],
      ...["--parameters", JSON.stringify(parameters)],
    ],
  };
}

/** @throws GroundworkError where the command can't be started, before anything is done for it */
export function checkProgram({ program }: Command): void {
  if (program === process.execPath || isOnPath(program)) return;
  throw new GroundworkError(
    `${program} is not on PATH: install the AWS CLI, https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html`,
  );
}

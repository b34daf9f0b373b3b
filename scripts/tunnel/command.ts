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

/** The command as it runs here: it asks nothing, trusts the pinned host key alone, and notices a dead line in 30 s. */
export function tunnelCommand(target: Target, localPort: number, options: SshOptions): Command {
  if (target.mode === "ssm") return sessionManagerCommand(target, localPort);
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

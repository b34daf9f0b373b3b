import { randomUUID } from "node:crypto";
import { XMLBuilder } from "fast-xml-parser";
import type { Session } from "../session";
import { AwsError, asAwsError, listen, readBody } from "../http";
import { checkSignature, sha256 } from "../signature";

/** What runs as a machine. */
interface Machine {
  readonly isRunning: () => boolean;
  readonly start: () => Promise<void>;
}

/** As much of EC2's API as a tunnel asks for: whether a machine runs, its start, and its console at its first boot. */
export class LocalEc2 {
  /** The service's endpoint; "" until it listens. */
  url = "";
  private readonly consoles = new Map<string, string>();
  private readonly machines = new Map<string, Machine>();

  /** What cloud-init prints on Amazon Linux: the public host keys between two marks. */
  printHostKeys(instanceId: string, keys: readonly string[]): void {
    const lines = [
      "[    0.000000] Booting Linux",
      "-----BEGIN SSH HOST KEY KEYS-----",
      ...keys,
      "-----END SSH HOST KEY KEYS-----",
      "Amazon Linux 2023",
    ];
    this.consoles.set(instanceId, `${lines.join("\r\n")}\r\n`);
  }

  launch(instanceId: string, machine: Machine): void {
    this.machines.set(instanceId, machine);
  }

  async answer(parameters: URLSearchParams): Promise<Record<string, unknown>> {
    const action = parameters.get("Action") ?? "";
    const instanceId = parameters.get("InstanceId") ?? parameters.get("InstanceId.1") ?? "";
    const requestId = randomUUID();
    switch (action) {
      case "GetConsoleOutput": {
        const output = Buffer.from(known(this.consoles, instanceId)).toString("base64");
        const timestamp = new Date().toISOString();
        return { GetConsoleOutputResponse: { requestId, instanceId, timestamp, output } };
      }
      case "DescribeInstances": {
        const instanceState = stateOf(known(this.machines, instanceId));
        const instancesSet = { item: { instanceId, instanceState } };
        return { DescribeInstancesResponse: { requestId, reservationSet: { item: { instancesSet } } } };
      }
      case "StartInstances": {
        const machine = known(this.machines, instanceId);
        const previousState = stateOf(machine);
        await machine.start();
        const item = { instanceId, currentState: stateOf(machine), previousState };
        return { StartInstancesResponse: { requestId, instancesSet: { item } } };
      }
      default:
        throw new AwsError("InvalidAction", 400, `${action} is not served on this machine`);
    }
  }
}

function known<T>(all: ReadonlyMap<string, T>, instanceId: string): T {
  const found = all.get(instanceId);
  if (found !== undefined) return found;
  throw new AwsError("InvalidInstanceID.NotFound", 400, `The instance ID '${instanceId}' does not exist`);
}

const stateOf = ({ isRunning }: Machine): { code: number; name: string } =>
  isRunning() ? { code: 16, name: "running" } : { code: 80, name: "stopped" };

/** Starts an EC2 endpoint on this machine, which speaks EC2's query protocol: a form in, XML out. */
export async function startEc2(session: Session): Promise<LocalEc2> {
  const ec2 = new LocalEc2();
  const xml = new XMLBuilder({});
  ec2.url = await listen(session, async (request, response) => {
    const send = (statusCode: number, body: object): void => {
      response.writeHead(statusCode, { "content-type": "text/xml" });
      response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml.build(body)}`);
    };
    try {
      const body = await readBody(request);
      checkSignature(request, {
        credentials: session.credentials,
        service: "ec2",
        payloadHash: sha256(body),
      });
      send(200, await ec2.answer(new URLSearchParams(body.toString())));
    } catch (error) {
      const { code, message, statusCode } = asAwsError(error);
      send(statusCode, {
        Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: randomUUID() },
      });
    }
  });
  return ec2;
}

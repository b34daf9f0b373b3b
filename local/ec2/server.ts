import { randomUUID } from "node:crypto";
import { XMLBuilder } from "fast-xml-parser";
import type { Session } from "../session";
import { AwsError, asAwsError, listen, readBody } from "../http";
import { checkSignature, sha256 } from "../signature";

/** As much of EC2's API as a tunnel asks for: what an instance wrote to its console when it first booted. */
export class LocalEc2 {
  /** The service's endpoint; "" until it listens. */
  url = "";
  private readonly consoles = new Map<string, string>();

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

  answer(parameters: URLSearchParams): Record<string, unknown> {
    const action = parameters.get("Action") ?? "";
    if (action !== "GetConsoleOutput") {
      throw new AwsError("InvalidAction", 400, `${action} is not served on this machine`);
    }
    const instanceId = parameters.get("InstanceId") ?? "";
    const output = this.consoles.get(instanceId);
    if (output === undefined) {
      throw new AwsError("InvalidInstanceID.NotFound", 400, `The instance ID '${instanceId}' does not exist`);
    }
    const encoded = Buffer.from(output).toString("base64");
    return {
      GetConsoleOutputResponse: {
        requestId: randomUUID(),
        instanceId,
        timestamp: new Date().toISOString(),
        output: encoded,
      },
    };
  }
}

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
      send(200, ec2.answer(new URLSearchParams(body.toString())));
    } catch (error) {
      const { code, message, statusCode } = asAwsError(error);
      send(statusCode, {
        Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: randomUUID() },
      });
    }
  });
  return ec2;
}

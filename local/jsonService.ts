import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { AwsError, asAwsError, listen, parseJson, readBody, sendJson } from "./http";
import { own } from "./own";
import type { Session } from "./session";
import { checkSignature, sha256 } from "./signature";

type Operation = (input: unknown) => unknown;

/** One operation of a JSON service: its input checked against `schema`, its output anything JSON can hold. */
export function operation<T>(schema: z.ZodType<T>, run: (input: T) => unknown): Operation {
  return (input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(parsed.data);
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new AwsError("ValidationException", 400, problems.join("; "));
  };
}

/**
 * Serves a service of AWS's JSON protocol, where the header `X-Amz-Target` names the operation.
 * @param service its name in signatures
 * @returns its URL
 */
export function listenJson(
  session: Session,
  service: string,
  operations: Readonly<Record<string, Operation>>,
): Promise<string> {
  return listen(session, async (request, response) => {
    try {
      const body = await readBody(request);
      checkSignature(request, { credentials: session.credentials, service, payloadHash: sha256(body) });
      sendJson(response, 200, await runOperation(request, body, operations));
    } catch (error) {
      const failure = asAwsError(error);
      sendJson(response, failure.statusCode, { __type: failure.code, message: failure.message });
    }
  });
}

function runOperation(
  request: IncomingMessage,
  body: Buffer,
  operations: Readonly<Record<string, Operation>>,
): unknown {
  const name = String(request.headers["x-amz-target"]).split(".").pop() ?? "";
  const run = own(operations, name);
  if (!run) throw new AwsError("UnknownOperationException", 400, `${name} is not served on this machine`);
  return run(parseJson(body));
}

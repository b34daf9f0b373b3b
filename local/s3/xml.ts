import type { ServerResponse } from "node:http";
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { AwsError } from "../http";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

const builder = new XMLBuilder({ ignoreAttributes: false });

/** Text stays text: a key may look like a number, and may begin or end with blanks. */
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === "Object" || name === "Part",
});

/** Answers with a document of S3's namespace; arrays become repeated elements, undefined members none. */
export function sendXml(
  response: ServerResponse,
  root: string,
  content: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, 200, { [root]: { "@_xmlns": NAMESPACE, ...content } }, headers);
}

/** Answers with an error; S3's error documents have no namespace. */
export function sendError(response: ServerResponse, error: AwsError, requestId: string): void {
  const { code, message, details, statusCode } = error;
  send(response, statusCode, { Error: { Code: code, Message: message, ...details, RequestId: requestId } });
}

/**
 * The members of a request's root element; leaf values are strings.
 * @throws AwsError MalformedXML
 */
export function parseXml(body: Buffer, root: string): Record<string, unknown> {
  try {
    const document = parser.parse(body.toString(), true) as Record<string, unknown>;
    const content = document[root];
    if (typeof content === "object" && content !== null) return content as Record<string, unknown>;
  } catch {
    // Not well-formed: the same answer as for another root element.
  }
  const message =
    "The XML you provided was not well-formed or did not validate against our published schema.";
  throw new AwsError("MalformedXML", 400, message);
}

function send(
  response: ServerResponse,
  statusCode: number,
  document: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(document)}`;
  response.writeHead(statusCode, {
    "content-type": "application/xml",
    "content-length": Buffer.byteLength(xml),
    ...headers,
  });
  response.end(xml);
}

import type { APIGatewayProxyResult } from "aws-lambda";

/** What a function answers a request with, as JSON. Pages of the origin `ALLOWED_ORIGIN` may read it; nobody keeps it. */
export function apiAnswer(statusCode: number, body: unknown): APIGatewayProxyResult {
  return {
    statusCode,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      "access-control-allow-origin": process.env.ALLOWED_ORIGIN ?? "null",
    },
    body: JSON.stringify(body),
  };
}

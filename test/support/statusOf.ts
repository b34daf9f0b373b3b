import { request as httpRequest } from "node:http";

/** The status of an answer to headers that `fetch` does not let anybody set. */
export function statusOf(
  url: string,
  headers: Record<string, string>,
  method = "GET",
  body = "",
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject).end(body);
  });
}

import { request } from "node:http";

/** The answer to headers that `fetch` does not let anybody set. */
export function rawFetch(
  url: string,
  headers: Record<string, string>,
  method = "GET",
  body = "",
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject).end(body);
  });
}

import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";

/**
 * The names of the texts, and of the files below a folder, in which one of the secrets stands: as it is, as base64, or
 * as part of a URL.
 */
export function leaks(
  secrets: readonly string[],
  texts: Readonly<Record<string, string>>,
  dir: string,
): string[] {
  const forms = secrets.flatMap((secret) => {
    const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
    // Its last character may hold bits of what follows.
    return [secret, base64.slice(0, -1), encodeURIComponent(secret)].map((form) => Buffer.from(form));
  });
  const holds = (content: Buffer): boolean => forms.some((form) => content.includes(form));
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .filter((file) => holds(readFileSync(file)))
    .map((file) => path.relative(dir, file));
  const named = Object.entries(texts).flatMap(([name, text]) => (holds(Buffer.from(text)) ? [name] : []));
  return [...named, ...files];
}

import * as path from "node:path";
import { format, resolveConfig } from "prettier";
import { root } from "../../programs/programs";

const [begin, end] = ["<!-- made by npm run docs -->", "<!-- end -->"];

/** A page of docs/ as prettier writes it. */
export async function formatted(name: string, text: string): Promise<string> {
  const file = path.join(root, "docs", name);
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

/** The same with what stands between its two marks made anew. */
export function withMade(name: string, text: string, made: string): Promise<string> {
  const [before = "", rest = ""] = text.split(begin);
  return formatted(name, `${before}${begin}\n\n${made}\n\n${end}${rest.split(end)[1] ?? "\n"}`);
}

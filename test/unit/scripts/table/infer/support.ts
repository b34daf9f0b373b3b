import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inferTable, type Inference, type InferOptions } from "../../../../../scripts/table/infer/inferTable";

/** What `inferTable` says of a file with this content. */
export async function infer(
  content: string | Buffer,
  { file = "file.csv", ...options }: InferOptions & { file?: string } = {},
): Promise<Inference> {
  const folder = mkdtempSync(join(tmpdir(), "groundwork-infer-"));
  try {
    const path = join(folder, file);
    writeFileSync(path, content);
    return await inferTable(path, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The sentence with which a content is refused. */
export async function refusal(content: string | Buffer): Promise<string> {
  try {
    await infer(content);
  } catch (error) {
    return (error as Error).message.replace(/^.*file\.csv: /, "");
  }
  throw new Error("it was not refused");
}

/** The only column of a file with these values, each on its line behind the header `v`; a second column fills lines. */
export async function column(
  values: readonly string[],
  delimiter = ",",
): Promise<Inference["definition"]["columns"][0]> {
  const quote = (value: string) => (value.includes(delimiter) ? `"${value}"` : value);
  const { definition } = await infer(
    [
      `v${delimiter}k`,
      ...values.map((value, at) => `${quote(value)}${delimiter}${"abc"[at % 3] ?? ""}`),
      "",
    ].join("\n"),
  );
  const [first] = definition.columns;
  if (first === undefined) throw new Error("no column");
  return first;
}

export const typesOf = ({ definition }: Inference): Record<string, string> =>
  Object.fromEntries(definition.columns.map(({ name, type }) => [name, type]));

export const header = "mcc,merchant,currency,amount,transaction_date,card_type";
export const rows = [
  "5411,Corner Market,EUR,1.50,2024-01-01,visa",
  "5812,Coffee,USD,3.20,2024-01-02,mastercard",
] as const;
export const good = [header, ...rows, ""].join("\n");
export const goodTypes = {
  mcc: "integer",
  merchant: "text",
  currency: "text",
  amount: "numeric",
  transaction_date: "date",
  card_type: "text",
};

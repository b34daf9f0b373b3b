import { giveUp } from "../shared/giveUp";
import type { PieceOptions } from "./pieces";
import { refusalOf } from "./reader/field";
import { parseType } from "./reader/types";
import type { Column, Table } from "./table";
import { addedColumns } from "./tableSql";
import type { Job } from "./jobState";

/**
 * What each row of a job gets beside the file's fields: the job's number, and where the table wants it the file's key, the
 * time, parts of the key and the line. All but the line are the same in each row, and stand framed for COPY.
 *
 * @param now milliseconds since 1970
 * @throws GiveUp that names the part of the key that its column's type doesn't take.
 */
export function rowsOrigin(
  table: Table,
  job: Pick<Job, "id">,
  key: string,
  now: number,
): NonNullable<PieceOptions["more"]> {
  const { file, time, line, parts = {} } = table.lineage;
  const fields: Buffer[] = [framed(bigint(BigInt(job.id)))];
  if (file !== undefined) fields.push(framed(Buffer.from(key)));
  // PostgreSQL counts microseconds from 2000 on.
  if (time !== undefined) fields.push(framed(bigint(BigInt(now - Date.UTC(2000, 0, 1)) * 1000n)));
  for (const [part, column] of Object.entries(parts)) fields.push(partOf(key, part, column));
  return {
    columns: addedColumns(table).map(({ name }) => name),
    trailing: { bytes: Buffer.concat(fields), count: fields.length, line: line !== undefined },
  };
}

function bigint(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function framed(value: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(value.length);
  return Buffer.concat([length, value]);
}

/** The value behind `NAME=` in one of the key's folders, as Hive writes them; NULL where there is none. */
function partOf(key: string, part: string, { name, type, required, times, format }: Column): Buffer {
  const folder = key.split("/").find((each) => each.startsWith(`${part}=`));
  const text = folder === undefined ? "" : unescaped(folder.slice(part.length + 1));
  if (text === "" || text === "__HIVE_DEFAULT_PARTITION__") {
    if (required) throw giveUp(`the key ${key} has no ${part}=…, which the column ${name} needs`);
    return Buffer.alloc(4, 0xff);
  }
  const parsed = parseType(type)!;
  const reader = parsed.entry.reader({ args: parsed.args, values: parsed.values, times, format });
  const src = Buffer.from(text);
  const out = Buffer.alloc(src.length + 48);
  const end = reader(src, 0, src.length, out, 0);
  if (end >= 0) return out.subarray(0, end);
  const why = refusalOf(end).code.replaceAll("-", " ");
  throw giveUp(`the key's ${part}=${text} can't be in the column ${name}, ${parsed.sql}: ${why}`);
}

function unescaped(text: string): string {
  // A % that begins no escape is one.
  return text.replace(/(%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll("%", ""), "hex").toString(),
  );
}

import type { Table } from "../../functions/ingest/table";
import type { Copy } from "./reference";

/** What is loaded: a file of the bucket, or many of the same rows. */
export interface BenchFile {
  /** What the reference loads. */
  readonly file: string;
  /** In the environment's bucket. */
  readonly keys: readonly string[];
  /** Of all together. */
  readonly rows: number;
  readonly table: Table;
  /** Whose records they have so many times; `file`, once for each key, unless told. */
  readonly sample?: { readonly file: string; readonly times: number };
  /** How the reference loads it, unless into `records` as it is. */
  readonly copy?: Copy;
  /** SQL that makes what is in the table before each load. */
  readonly before?: string;
}

import { readFileSync } from "node:fs";
import { expect } from "chai";
import * as fc from "fast-check";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { copyHeader, copyTrailer } from "../../functions/ingest/encode";
import { defineTable } from "../../functions/ingest/table";
import { startPostgres } from "../../local/postgres/server";
import { Session } from "../../local/session";
import { textOf } from "../../scripts/table/copyText";
import { fieldsOf, piecesOf } from "../support/pieces";
import { moments } from "../support/values/moments";
import { others } from "../support/values/others";
import { type TypeCase, cases } from "./typeCases";

/** Held against the reader alone too, which is quicker. */
const bounds: TypeCase[] = [...others, ...moments].map(({ type, values, stricter }) => {
  const edges = Object.keys(values);
  return { type, edges, stricter, values: fc.constantFrom(...edges), what: " beside each bound" };
});

describe("Each type, beside PostgreSQL's own input,", () => {
  let session: Session;
  let client: Client;
  before(async () => {
    session = new Session();
    const access = { database: "types", user: "postgres", password: "local" };
    const postgres = await startPostgres(session, access);
    const ssl = { ca: readFileSync(postgres.caFile, "utf8") };
    client = new Client({ ...access, host: postgres.host, port: postgres.port, ssl });
    await client.connect();
    session.onClose(() => client.end());
    await client.query("CREATE TYPE mood AS ENUM ('sad', 'größer')");
    await client.query("SET extra_float_digits = 1; SET bytea_output = hex");
  });
  after(() => session.close());

  for (const { type, values, edges, stricter, format = {}, timeZone = "UTC", what = "" } of [
    ...cases,
    ...bounds,
  ]) {
    const sql = typeof type === "object" ? type.enum : type;
    it(`${sql}${what}${timeZone === "UTC" ? "" : ` in ${timeZone}`}: what is stored is the same value, written as PostgreSQL writes it, and what is refused PostgreSQL refuses`, async () => {
      const inputs = [...new Set([...edges, ...fc.sample(values, { numRuns: 1500, seed: 22 })])].filter(
        (each) => each.trim() !== "",
      );
      const table = defineTable({
        name: "typed",
        format: { nulls: [], excelText: false, ...format },
        columns: [
          { name: "id", type: "integer" },
          { name: "value", type },
        ],
      });
      await client.query(`SET TimeZone = '${timeZone}'`);
      await client.query(`DROP TABLE IF EXISTS typed; CREATE TABLE typed (id int PRIMARY KEY, value ${sql})`);
      const lines = inputs.map((input, i) => `${i},"${input.replaceAll('"', '""')}"\n`);
      const pieces = await piecesOf(`id,value\n${lines.join("")}`, table, { maxRejects: inputs.length });
      expect(pieces.map(({ failure }) => failure).filter((each) => each !== undefined)).to.deep.equal([]);
      const copy = client.query(copyFrom("COPY typed (id, value) FROM STDIN (FORMAT binary)"));
      const ended = new Promise((resolve, reject) => copy.on("finish", resolve).on("error", reject));
      copy.end(Buffer.concat([copyHeader(), ...pieces.map(({ bytes }) => bytes), copyTrailer()]));
      await ended;
      const { rows: both } = await client.query<{
        id: number;
        ours: string | null;
        stored: boolean;
        valid: boolean;
        theirs: string | null;
      }>(
        `SELECT i.id, typed.value::text AS ours, typed.id IS NOT NULL AS stored,
           pg_input_is_valid(i.text, $2) AS valid,
           CASE WHEN pg_input_is_valid(i.text, $2) THEN (i.text::${sql})::text END AS theirs
         FROM (SELECT ordinality::int - 1 AS id, text FROM unnest($1::text[]) WITH ORDINALITY u(text, ordinality)) i
         LEFT JOIN typed USING (id)`,
        [inputs, sql],
      );
      let taken = 0;
      for (const { id, ours, stored, valid, theirs } of both) {
        const input = inputs[id]!;
        // Whole numbers may be written with a fraction of zeros and an exponent, which PostgreSQL's own input refuses.
        const whole = ["smallint", "integer", "bigint"].includes(sql) && /[.e]/i.test(input);
        if (stored && !whole) expect({ input, value: ours }).to.deep.equal({ input, value: theirs });
        if (stored) taken++;
        else if (valid) expect(input).to.match(stricter ?? /^$/);
      }
      expect(taken, "some are stored").to.be.greaterThan(0);

      // concat() writes values as COPY does: a char with its blanks.
      await client.query("SET TimeZone = 'UTC'");
      const { rows: printed } = await client.query<{ id: number; text: string }>(
        "SELECT id, concat(value) AS text FROM typed ORDER BY id",
      );
      const write = textOf(type);
      const ours = pieces.flatMap(({ bytes }) => fieldsOf(bytes)).map((row) => write(row[1]!));
      expect(ours).to.deep.equal(printed.map((row) => row.text));
    });
  }
});

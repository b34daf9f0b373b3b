import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { Client } from "pg";
import { apiAnswer } from "../shared/apiAnswer";
import { connect, isUnreachable } from "../shared/database";
import { type RecordsQuery, readQuery } from "./query";

/** What the API answers with: the rows of a day in the order of their ids. Ids and amounts are texts, which are exact. */
interface RecordsPage {
  readonly records: readonly Readonly<Record<string, string | number | null>>[];
  /** The `after` of the next page; null where this one is the last. */
  readonly next: string | null;
}

/**
 * The callback behind `GET /records?day=2024-01-31`: a page of a day's rows, 100 at most.
 *
 * @returns 400 with a sentence for a request that isn't well formed; 503 where the database is out of reach or too slow.
 * @throws what else pg and the SDK throw, which API Gateway answers with 502.
 */
export function recordsHandler(): (
  event: Pick<APIGatewayProxyEvent, "queryStringParameters">,
) => Promise<APIGatewayProxyResult> {
  return async ({ queryStringParameters }) => {
    const query = readQuery(queryStringParameters ?? {});
    if ("problem" in query) return apiAnswer(400, { message: query.problem });
    // API Gateway waits for 29 seconds.
    const until = Date.now() + 8000;
    try {
      const client = await connect({ statementTimeoutMs: 10_000, mayWaitMs: () => until - Date.now() });
      try {
        return apiAnswer(200, await readPage(client, query));
      } finally {
        await client.end();
      }
    } catch (error) {
      // query_canceled: https://www.postgresql.org/docs/current/errcodes-appendix.html
      if (!isUnreachable(error) && (error as { code?: unknown }).code !== "57014") throw error;
      console.error(error);
      return apiAnswer(503, { message: "The database has no time for it now: try again" });
    }
  };
}

async function readPage(client: Client, { day, after, limit }: RecordsQuery): Promise<RecordsPage> {
  // OFFSET 0: else PostgreSQL, lured by the LIMIT, may walk through the ids of all days instead of the index of this one.
  const { rows } = await client.query<{ id: string }>(
    `SELECT id, mcc, merchant, currency, amount, transaction_date::text, card_type
     FROM (SELECT id, mcc, merchant, currency, amount, transaction_date, card_type FROM records
           WHERE transaction_date = $1 OFFSET 0) AS day
     WHERE id > $2 ORDER BY id LIMIT $3`,
    [day, after, limit + 1],
  );
  const records = rows.slice(0, limit);
  return { records, next: rows.length > limit ? records[limit - 1]!.id : null };
}

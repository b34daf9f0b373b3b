/** The two that sign in by turns with the rights of the role `ingest`: 003_ingest_role.sql, 009_ingest_turns.sql. */
export const ingestLogins = ["ingest", "ingest_2"] as const;

/** The two of the role `reader`: 010_reader_role.sql. */
export const readerLogins = ["reader", "reader_2"] as const;

/** The logins of a role, of which one has its turn. */
export type Logins = typeof ingestLogins | typeof readerLogins;

/** The two that sign in by turns with the rights of the role `ingest`: 003_ingest_role.sql, 009_ingest_turns.sql. */
export const ingestLogins = ["ingest", "ingest_2"] as const;

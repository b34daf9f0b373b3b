/** A file to load, as an event names it. What is not known is learned from S3 with the first byte. */
export interface Source {
  bucket: string;
  key: string;
  versionId?: string;
  etag?: string;
  /** Where the last hop stopped. A hint for an early start of the reading: the checkpoint decides. */
  offset?: number;
  /** Bytes of the object, as S3's notification says it. */
  size?: number;
  /** How many functions in a row have waited for a connection to the database in vain. */
  waits?: number;
  /** The sweeper sends it, and another one as long as the job stands. */
  swept?: boolean;
}

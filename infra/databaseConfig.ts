import * as z from "zod";

/** The config of the database itself. */
export const databaseConfig = {
  /** The database inside the server. Default groundwork. */
  databaseName: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, "must be lower-case letters, digits and _, starting with a letter")
    .default("groundwork"),
  /** PostgreSQL's version, major or major.minor. Default 18, as on this machine. */
  engineVersion: z
    .string()
    .regex(/^\d+(\.\d+)?$/, "must be a version such as 18 or 18.1")
    .default("18"),
  /** Default db.t4g.micro, about $12 a month in us-east-1. */
  instanceClass: z
    .string()
    .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "must be an RDS instance class such as db.t4g.micro")
    .default("db.t4g.micro"),
  /** In GiB, 20 at least. Default 20, about $2.30 a month in us-east-1. */
  allocatedStorage: z.int().min(20).max(65_536).default(20),
  /** Days that automatic backups are kept, 0 to 35. Default 7. */
  backupRetentionDays: z.int().min(0).max(35).default(7),
  /** Whether the database can't be destroyed before this is set to false and deployed. Default true. */
  deletionProtection: z.boolean().default(true),
};

export type DatabaseConfig = z.output<z.ZodObject<typeof databaseConfig>>;

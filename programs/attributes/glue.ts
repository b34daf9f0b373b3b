import { type AttributeTable, arn, named } from "./table";

/** The Data Catalog, and what runs on it. */
export const glue: AttributeTable = {
  "aws:glue/catalogDatabase:CatalogDatabase": (r) => ({
    id: `${r.scope.account}:${named(r)}`,
    name: named(r),
    catalogId: r.scope.account,
    arn: arn(r, "glue", `database/${named(r)}`),
  }),
  "aws:glue/connection:Connection": (r) => ({
    id: `${r.scope.account}:${named(r)}`,
    name: named(r),
    catalogId: r.scope.account,
    arn: arn(r, "glue", `connection/${named(r)}`),
  }),
  "aws:glue/crawler:Crawler": (r) => ({
    id: named(r),
    name: named(r),
    arn: arn(r, "glue", `crawler/${named(r)}`),
  }),
  "aws:glue/job:Job": (r) => ({ id: named(r), name: named(r), arn: arn(r, "glue", `job/${named(r)}`) }),
};

import { defineTable } from "../functions/ingest/table";

/** Card transactions; the amount is doubled (so did the research that this reproduces). */
export default defineTable({
  name: "records",
  // An empty text is the empty text.
  format: { nulls: ["NULL", "\\N", "nan", "NaN"] },
  columns: [
    { name: "mcc", type: "integer" },
    { name: "merchant", type: "varchar(100)" },
    { name: "currency", type: "varchar(10)" },
    { name: "amount", type: "numeric(15,2)", required: true, times: 2 },
    { name: "transaction_date", type: "date", required: true },
    { name: "card_type", type: "varchar(50)" },
  ],
});

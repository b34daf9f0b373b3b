/** The columns of a file for `records`, in the order in which they stand. */
export const csvHeader = "mcc,merchant,currency,amount,transaction_date,card_type";

/** A field in quotes, its own quotes doubled (RFC 4180). */
export const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

/**
 * A merchant's name, at most 100 characters long. `below(n)` gives a random whole number from 0 to n - 1.
 *
 * A name that is not `plain` holds what has to stand in quotes: a comma, a quote, or a line break, which in
 * every eighth name is a CRLF, the trap for a reader that guesses the line end from the first it meets.
 */
export function merchantName(
  letters: "ascii" | "multibyte",
  special: "plain" | "quotes" | "lineBreak",
  below: (limit: number) => number,
): string {
  const words = letters === "ascii" ? asciiWords : multibyteWords;
  const first = words.first[below(words.first.length)] ?? "";
  const second = words.second[below(words.second.length)] ?? "";
  if (special === "plain") return `${first} ${second}`;
  if (special === "lineBreak") return `${first}${below(8) === 0 ? "\r\n" : "\n"}${second}`;
  return below(2) === 0 ? `${first}, ${second}` : `${first} "${second}"`;
}

/**
 * A record that a strict loader refuses, without its line end. The kinds take turns. Characters are bytes:
 * the one above 0x7f is no UTF-8. Each of them passes a check that is a little too loose: PostgreSQL itself
 * takes NaN, 0x10, 1_000, infinity and yesterday.
 */
export function rejectRecord(index: number): string {
  const [, record] = rejectKinds[index % rejectKinds.length] ?? ["", ""];
  return record;
}

const rejectKinds: readonly (readonly [why: string, record: string])[] = [
  ["mcc is a word", "abcd,Bad Mcc,USD,10.00,2019-01-01,Credit"],
  ["a column is missing", "5411,Too Few,USD,10.00,2019-01-01"],
  ["amount is NaN", "5411,Not A Number,USD,NaN,2019-01-01,Credit"],
  ["no such day", "5411,No Such Day,USD,10.00,2019-02-29,Credit"],
  ["a column too many", "5411,Too Many,USD,10.00,2019-01-01,Credit,more"],
  ["merchant has 101 characters", `5411,${"x".repeat(101)},USD,10.00,2019-01-01,Credit`],
  ["amount is hexadecimal", "5411,Hexadecimal,USD,0x10,2019-01-01,Credit"],
  ["date is a word", "5411,Yesterday,USD,10.00,yesterday,Credit"],
  ["mcc is above the largest int", "2147483648,Large Mcc,USD,10.00,2019-01-01,Credit"],
  ["amount has an underscore", "5411,Underscore,USD,1_000,2019-01-01,Credit"],
  ["amount doesn't fit once doubled", "5411,Too Much,USD,6000000000000.00,2019-01-01,Credit"],
  ["merchant is not UTF-8", "5411,Caf\xe9 Latin,USD,10.00,2019-01-01,Credit"],
  ["date is infinite", "5411,Forever,USD,10.00,infinity,Credit"],
  ["amount is infinite", "5411,Endless,USD,Infinity,2019-01-01,Credit"],
  ["card_type has 51 characters", `5411,Long Card,USD,10.00,2019-01-01,${"x".repeat(51)}`],
  ["merchant has a NUL", "5411,Nul\0Byte,USD,10.00,2019-01-01,Credit"],
  ["currency has 11 characters", "5411,Long Currency,US Dollars!!,10.00,2019-01-01,Credit"],
];

const asciiWords = {
  first: ["Northwind", "Blue Harbor", "Pacific", "Old Town", "Summit", "Riverside", "Golden Gate"].concat([
    "Maple Street",
    "Sunrise",
    "Union",
    "Harvest",
    "Lakeview",
    "Redwood",
    "City",
    "Corner",
    "Atlas",
  ]),
  second: [
    "Market",
    "Hardware",
    "Pharmacy",
    "Books",
    "Fuel & Go",
    "Coffee",
    "Electronics",
    "Airlines",
  ].concat(["Diner", "Outfitters", "Bakery", "Garage", "Hotel", "Cinema", "Florist", "Cleaners"]),
};

/** Two, three and four bytes a character; the last are two UTF-16 units each, one character to PostgreSQL. */
const multibyteWords = {
  first: ["Café", "Bäckerei", "Señor", "Łódź", "Москва", "Αθήνα", "東京", "서울", "🍕 Corner", "Zoë's"],
  second: ["Crème", "Müller", "Niño", "Żabka", "Маркет", "Καφέ", "書店", "시장", "🚲 Shop", "Ågård"],
};

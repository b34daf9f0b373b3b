import { expect } from "chai";
import { column, infer } from "./support";

const nulls = ["", "NULL", "\\N", "nan", "NaN"];

/** Values, and what a column of them is: type, and the format of its values. */
const kinds: readonly (readonly [string, readonly string[], string, object?])[] = [
  ["whole numbers", ["1", "-20", "+3"], "integer"],
  ["nine digits", ["999999999", "1"], "integer"],
  ["ten digits: a margin to the greatest int", ["1000000000", "1"], "bigint"],
  ["eighteen digits", ["999999999999999999"], "bigint"],
  ["nineteen digits", ["1000000000000000000"], "numeric"],
  ["zeros before digits", ["007", "112"], "text"],
  ["postcodes that all begin with a zero", ["01067", "02708"], "text"],
  ["a zero", ["0", "1"], "integer"],
  ["telephones' numbers", ["+4915112345678", "+3312345678"], "text"],
  ["fractions", ["0.5", "12.25", "3"], "numeric"],
  ["fractions without a zero", [".5", "-.25"], "numeric"],
  ["a double of seventeen digits", ["19.990000000000002"], "numeric"],
  ["exponents", ["1.25E+03", "5e-05"], "double precision"],
  ["exponents behind more digits than a double has", ["1.234567890123456789e+00"], "numeric"],
  ["what pandas makes of whole numbers with gaps", ["5411.0", "", "5812.0"], "integer"],
  ["points and zeros without a gap", ["5411.0", "5812.0"], "numeric"],
  ["decimal commas", ["1,50", "3,2", "7"], "numeric", { decimal: "," }],
  ["thousands by comma", ["75,307.72", "-2,610.12", "12.50"], "numeric", { thousands: "," }],
  ["thousands by comma, whole", ["1,234", "1,234,567"], "integer", { thousands: "," }],
  ["thousands by point", ["1.234,50", "12,00"], "numeric", { decimal: ",", thousands: "." }],
  ["thousands by point, whole", ["1.234.567", "12"], "integer", { decimal: ",", thousands: "." }],
  ["thousands by blank", ["1 234.50", "12"], "numeric", { thousands: " " }],
  ["thousands by a narrow blank", ["1\u202f234,50", "12"], "numeric", { decimal: ",", thousands: " " }],
  ["thousands by apostrophe", ["1'234.50", "12"], "numeric", { thousands: "'" }],
  ["groups that are no thousands", ["12,34,567"], "text"],
  ["dollars", ["$12.50", "$3"], "numeric", { currency: ["$"] }],
  ["euros behind", ["12,50 €", "3,00 €"], "numeric", { decimal: ",", currency: ["€"] }],
  ["pounds with a sign before", ["-£12.50", "£1,000.00"], "numeric", { thousands: ",", currency: ["£"] }],
  ["an accountant's negatives", ["(12.50)", "7.00"], "numeric", { parentheses: true }],
  ["percentages", ["22.69%", "1%"], "text"],
  ["blanks around numbers", [" 12.50", "3 "], "numeric"],
  ["NULL, as everyone writes it", ["NULL", "\\N", "NaN", "1"], "integer"],
  ["a line of more dashes than a marker of NULL may have", ["1", "-".repeat(32)], "text"],
  ["other markers of NULL", ["N/A", "-", "1"], "integer", { nulls: [...nulls, "N/A", "-"] }],
  ["ISO days", ["2024-01-31", "2024-12-05"], "date"],
  ["ISO days without their zeros", ["2024-01-31", "2024-1-5"], "date", { dates: "YYYY-M-D" }],
  ["ISO days and MySQL's none", ["2024-01-31", "0000-00-00"], "date", { nulls: [...nulls, "0000-00-00"] }],
  ["days first by their values", ["31/01/2024", "01/02/2024"], "date", { dates: "DD/MM/YYYY" }],
  ["months first by their values", ["01/31/2024", "2/1/2024"], "date", { dates: "M/D/YYYY" }],
  ["days between dots", ["05.01.2024", "06.01.2024"], "date", { dates: "DD.MM.YYYY" }],
  ["days between dots without their zeros", ["5.1.2024", "6.1.2024"], "date", { dates: "D.M.YYYY" }],
  ["years of two digits", ["31-12-24", "01-12-24"], "date", { dates: "DD-MM-YY" }],
  ["years first between slashes", ["2024/01/31", "2024/02/01"], "date", { dates: "YYYY/MM/DD" }],
  ["days as eight digits", ["20240131", "20231201"], "date", { dates: "YYYYMMDD" }],
  ["eight digits that are no days", ["20240131", "20231301"], "integer"],
  ["names of months", ["09-Mar-11", "16-Apr-11"], "date", { dates: "DD-MMM-YY" }],
  ["long names of months", ["May 5, 2024", "March 31, 2024"], "date", { dates: "MMMM D, YYYY" }],
  ["no day: the 31st month", ["31/31/2024"], "text"],
  ["no day: the 13th month", ["2024-13-01"], "text"],
  ["no day: the 32nd", ["32/01/2024"], "text"],
  ["no time: the 61st minute", ["12:61"], "text"],
  ["ISO points in time", ["2024-01-31T10:00:00", "2024-01-31 23:59:59.123"], "timestamp"],
  ["ISO points in time with a zone", ["2024-01-31T10:00:00Z", "2024-01-31T23:30:00+02:00"], "timestamptz"],
  [
    "points in time with slashes",
    ["31/12/2024 10:00", "01/02/2024 23:45"],
    "timestamp",
    { timestamps: "DD/MM/YYYY HH:mm" },
  ],
  [
    "twelve hours",
    ["12/31/2024 1:05:00 PM", "1/2/2024 11:00:00 AM"],
    "timestamp",
    { timestamps: "M/D/YYYY h:mm:ss A" },
  ],
  [
    "ISO days and twelve hours",
    ["2024-01-31 01:05 PM", "2024-02-01 11:00 AM"],
    "timestamp",
    { timestamps: "YYYY-MM-DD hh:mm A" },
  ],
  [
    "ISO days and times behind a comma",
    ["2024-01-31, 10:00", "2024-02-01, 23:59"],
    "timestamp",
    { timestamps: "YYYY-MM-DD, HH:mm" },
  ],
  ["times of day", ["00:00", "23:59"], "time"],
  ["times of day with seconds", ["1:00:00", "23:59:59"], "time"],
  ["durations of more than a day", ["99:00:00", "1:00:00"], "text"],
  ["true and false", ["true", "FALSE"], "boolean"],
  ["yes and no", ["Yes", "No", "no"], "boolean"],
  ["yes, no, and sometimes a digit", ["Y", "N", "0"], "boolean"],
  ["words of another language", ["ja", "nein"], "boolean", { booleans: { true: ["ja"], false: ["nein"] } }],
  [
    "words of another language, and sometimes a digit",
    ["ja", "nein", "0"],
    "boolean",
    { booleans: { true: ["ja", "1"], false: ["nein", "0"] } },
  ],
  ["words, and digits with a zero before them", ["yes", "no", "00"], "text"],
  ["yes, no and something else", ["yes", "no", "some"], "text"],
  ["only no", ["no", "no"], "text"],
  ["zeros and ones", ["0", "1"], "integer"],
  ["uuids", ["c2d29867-3d0b-d497-9191-18a9d8ee7830", "C2D29867-3D0B-D497-9191-18A9D8EE7831"], "uuid"],
  ["nearly a uuid", ["c2d29867-3d0b-d497-9191-18a9d8ee783g"], "text"],
  ["JSON", ['{"a":1}', "[]"], "jsonb"],
  ["JSON with a mistake", ["{a:1}", "[]"], "text"],
  ["bytes in hex", ["\\xDEADbeef", "\\x00"], "bytea"],
  ["Excel's texts of digits", ['="007"', '="112"'], "text"],
  ["words", ["visa", "mastercard"], "text"],
  ["nothing", ["", ""], "text"],
];

describe("a column's type, found from its values", () => {
  for (const [what, values, type, format] of kinds)
    it(`${type} for ${what}`, async () => {
      expect(await column(values)).to.deep.equal({
        name: "v",
        type,
        ...(format === undefined ? {} : { format }),
      });
    });

  it("asks for the order of day and month where no value decides it, and keeps the text until then", async () => {
    const found = await infer("id,day\n1,05/01/2011\n2,06/01/2011\n");
    expect(found.definition.columns[1]?.type).to.equal("text");
    expect(found.unsure).to.have.lengthOf(1);
    expect(found.unsure[0]?.question).to.contain("05/01/2011, 06/01/2011");
    expect(found.unsure[0]?.choices).to.deep.equal([
      { answer: "MM/DD/YYYY", column: { name: "day", type: "date", format: { dates: "MM/DD/YYYY" } } },
      { answer: "DD/MM/YYYY", column: { name: "day", type: "date", format: { dates: "DD/MM/YYYY" } } },
    ]);
  });

  it("takes the order of the file's other dates, and says so", async () => {
    const found = await infer("a,b\n05/01/2011,31/12/2010\n06/01/2011,01/02/2010\n");
    expect(found.definition.columns[0]?.format?.dates).to.equal("DD/MM/YYYY");
    expect(found.columns[0]?.note).to.contain("other dates");
    expect(found.unsure).to.deep.equal([]);
    const short = await infer("a,b\n5/1/2011,31/12/2010\n6/1/2011,1/2/2010\n");
    expect(short.definition.columns[0]?.format?.dates).to.equal("D/M/YYYY");
  });

  it("tells where a text is NULL in one column and stays text in another", async () => {
    const letters = (row: number): string => row.toString(2).replaceAll("0", "a").replaceAll("1", "b");
    const rows = Array.from(
      { length: 400 },
      (_, row) => `${row},${letters(row)},${row % 2 === 0 ? "x" : "y"},${row}\n`,
    );
    const { unsure, definition } = await infer(`a,b,c,d\n${rows.join("")}NA,NA,NA,1\n1,NULL,-,n/a\n`);
    expect(definition.columns.map(({ type }) => type)).to.deep.equal(["integer", "text", "text", "integer"]);
    expect(unsure.map(({ question }) => question)).to.deep.equal([
      `"NA" is NULL in a and stays a text in b, c: where it is none, add it to the column's nulls`,
    ]);
  });

  it("asks whether a sign is that of decimals or of thousands where nothing decides it", async () => {
    const found = await infer("id;v\n1;1,234\n2;5,678\n");
    expect(found.definition.columns[1]?.type).to.equal("text");
    expect(found.unsure[0]?.choices.map(({ answer }) => answer)).to.deep.equal([
      "decimal comma",
      "thousands",
    ]);
  });

  it("asks the same of points where semicolons part the fields", async () => {
    const found = await infer("id;v\n1;1.234\n2;12.500\n");
    expect(found.unsure[0]?.choices.map(({ answer, column: { type } }) => [answer, type])).to.deep.equal([
      ["decimal point", "numeric"],
      ["thousands", "integer"],
    ]);
    expect((await infer("id,v\n1,1.234\n2,12.500\n")).definition.columns[1]?.type).to.equal("numeric");
  });

  it("takes that sign as the file's other numbers have it", async () => {
    const found = await infer("a;b\n1,234;0,5\n5,678;1,5\n");
    expect(found.definition.columns[0]).to.deep.equal({
      name: "a",
      type: "numeric",
      format: { decimal: "," },
    });
  });

  it("says what a column would be but for a few values, and keeps them", async () => {
    const found = await infer(`v,k\n${"1,a\n".repeat(30)}see note,b\n`);
    expect(found.definition.columns[0]?.type).to.equal("text");
    expect(found.columns[0]?.note).to.equal(
      'would be integer but for 1 of 31 values, such as "see note" in line 32',
    );
    expect(found.unsure.map(({ choices }) => choices)).to.deep.equal([
      [{ answer: "integer, and reject the others", column: { name: "v", type: "integer" } }],
    ]);
    const many = await infer(`v,k\n${"1,a\n".repeat(10)}see note,b\n`);
    expect(many.unsure).to.deep.equal([]);
  });

  it("requires a column that has no NULL in a hundred rows, and no other", async () => {
    const { definition, columns } = await infer(`a,b,c\n${"1,x,2\n".repeat(99)}1,,NULL\n`);
    expect(definition.columns.map(({ required }) => required)).to.deep.equal([true, undefined, undefined]);
    expect(columns.map((c) => c.nulls)).to.deep.equal([0, 1, 1]);
    expect((await infer(`a\n${"1\n".repeat(99)}`)).definition.columns[0]?.required).to.equal(undefined);
  });

  it("keeps what is quoted: it is no marker", async () => {
    const { columns } = await infer('a,b\n"NULL",1\nNULL,2\n"",3\n');
    expect(columns[0]?.nulls).to.equal(1);
  });

  it("shows examples", async () => {
    const { columns } = await infer("a,b\n1,x\n1,y\n2,z\n");
    expect(columns.map(({ examples }) => examples)).to.deep.equal([
      ["1", "2"],
      ["x", "y", "z"],
    ]);
  });
});

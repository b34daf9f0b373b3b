import { expect } from "chai";
import { isNoFile, tableOfKey, tablesProblems } from "../../../../functions/ingest/chooseTable";
import { defineTable } from "../../../../functions/ingest/table";
import { readTables } from "../../../../infra/tables";

const named = (name: string, prefix?: string, pattern?: string) =>
  defineTable({
    name,
    files: { ...(prefix !== undefined && { prefix }), ...(pattern !== undefined && { pattern }) },
    columns: [{ name: "a", type: "text" }],
  });

describe("A table's definition", () => {
  it("has a default for all but its name and columns; a column's format stands over the table's", () => {
    const { format, columns, ...rest } = defineTable({
      name: "t",
      format: { delimiter: ";", decimal: ",", trim: true },
      columns: [
        { name: "a", type: "numeric(5,2)", format: { decimal: "." } },
        { name: "b", header: "B!", type: "text", required: true },
      ],
    });
    expect(rest).to.deep.equal({
      name: "t",
      files: { prefix: "", pattern: "**" },
      key: [],
      sameFile: "append",
      sameRow: "fail",
      lineage: {},
      maxRecordBytes: 262144,
    });
    expect(format)
      .to.include({ delimiter: ";", quote: '"', header: "names", footer: 0 })
      .and.not.have.property("decimal");
    expect(columns[0]).to.deep.include({ name: "a", header: "a", required: false, times: 1 });
    expect(columns[0]?.format).to.include({ decimal: ".", trim: true, zone: "UTC" });
    expect(columns[1])
      .to.include({ header: "B!", required: true })
      .and.have.nested.property("format.decimal", ",");
  });
});

describe("The table of a file", () => {
  const tables = [
    named("all"),
    named("sales", "sales/"),
    named("csv", "sales/", "*.csv"),
    named("deep", "in/", "**/day=?/*"),
  ];
  const keys: [string, string | undefined][] = [
    ["x", "all"],
    ["x/y/z.csv", "all"],
    ["sales/1.txt", "sales"],
    ["sales/1.csv", "csv"],
    ["sales/2024/1.csv", "sales"],
    ["in/day=1/a", "deep"],
    ["in/a/b/day=1/a", "deep"],
    ["in/a/b/day=12/a", "all"],
    ["in/day=1/a/b", "all"],
  ];
  for (const [key, table] of keys) {
    it(`is the most specific one: ${key} is ${table}'s`, () => {
      expect(tableOfKey(tables, key)?.name).to.equal(table);
      expect(tableOfKey([...tables].reverse(), key)?.name).to.equal(table);
    });
  }

  it("is of two that say as much the one with the longer prefix, then the first by name, whatever their order", () => {
    const chosen = (...both: ReturnType<typeof named>[]) =>
      [both, [...both].reverse()].map((tables) => tableOfKey(tables, "in/x1.csv")?.name);
    expect(chosen(named("z", "in/", "x*"), named("a", "", "in/x*"))).to.deep.equal(["z", "z"]);
    expect(chosen(named("a", "in/", "x*"), named("z", "", "in/x*"))).to.deep.equal(["a", "a"]);
    expect(chosen(named("b", "in/", "x*"), named("a", "in/", "*1*"))).to.deep.equal(["a", "a"]);
  });

  it("is none for a key that no table takes, and for what a pattern's signs mean in regular expressions", () => {
    expect(tableOfKey([named("t", "a/", "*.csv")], "a/bcsv")).to.equal(undefined);
    expect(tableOfKey([named("t", "a/", "[x](1)+.csv")], "a/[x](1)+.csv")?.name).to.equal("t");
  });

  it("can't be two tables, nor two of a name", () => {
    expect(tablesProblems([named("a"), named("b")])).to.deep.equal([
      "a and b take the same files: give one a prefix or a pattern",
    ]);
    expect(tablesProblems([named("a", "x/"), named("a", "y/")])).to.deep.equal(["two tables are named a"]);
    expect(tablesProblems(readTables())).to.deep.equal([]);
  });

  it("is no matter of markers", () => {
    for (const key of [
      "2024/",
      "a/_SUCCESS",
      ".DS_Store",
      "a/._x.csv",
      "a/.x.csv.crc",
      "x_$folder$",
      "a/Thumbs.db",
      "a/manifest.json",
    ])
      expect(isNoFile(key), key).to.equal(true);
    for (const key of ["2024/a", "SUCCESS", "a/_SUCCESS.csv", "x.crc"])
      expect(isNoFile(key), key).to.equal(false);
  });
});

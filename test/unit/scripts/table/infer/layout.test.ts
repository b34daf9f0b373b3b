import { expect } from "chai";
import { good, header, infer, rows, typesOf } from "./support";

describe("a file's header", () => {
  it("is none where the first record has values", async () => {
    const { definition } = await infer(`${rows[0]}\n${rows[1]}\n`);
    expect(definition.format).to.deep.equal({ delimiter: ",", header: "none", skipLines: 0 });
    expect(definition.columns.map(({ name }) => name)).to.deep.equal(
      [1, 2, 3, 4, 5, 6].map((n) => `column_${n}`),
    );
  });

  it("is none where two rows are the same record", async () => {
    expect((await infer(`${rows[0]}\n${rows[0]}\n`)).counts.rows).to.equal(2);
  });

  it("is none where texts of the first record come back", async () => {
    const { definition } = await infer("red,small\nblue,small\nred,large\nblue,large\n");
    expect(definition.format.header).to.equal("none");
  });

  it("is found among texts alone", async () => {
    expect(typesOf(await infer("colour,size\nblue,small\nred,large\n"))).to.have.keys("colour", "size");
  });

  it("is found where the columns are years", async () => {
    const { definition } = await infer("country,2001,2002\nFrance,12,13\nSpain,14,15\n");
    expect(definition.columns.map(({ name }) => name)).to.deep.equal(["country", "_2001", "_2002"]);
  });

  it("is found in a file that has nothing else", async () => {
    const found = await infer(`${header}\n`);
    expect(found.counts.rows).to.equal(0);
    expect(found.definition.columns).to.have.lengthOf(6);
  });

  it("of two rows names its columns by both, and they go by their place", async () => {
    const { definition } = await infer("control,,fire,\nX,Y,X,Y\n1.5,2.5,3.5,4.5\n1.6,2.6,3.6,4.6\n");
    expect(definition.format).to.deep.include({ header: "none", skipLines: 2 });
    expect(definition.columns.map(({ name, header: h }) => [name, h])).to.deep.equal(
      ["control_x", "control_y", "fire_x", "fire_y"].map((name) => [name, undefined]),
    );
  });

  it("of one row below a title is no header of two", async () => {
    const { definition } = await infer(
      "Created, 12 by Analyst, 2016\nwave,%T\n4000.00,98.78\n3999.00,98.79\n3998.00,98.7\n",
    );
    expect(definition.columns.map(({ header: h }) => h ?? "wave")).to.deep.equal(["wave", "%T"]);
    expect(definition.format.header).to.equal(undefined);
  });

  it("with line breaks in quotes is one header", async () => {
    const found = await infer('name,"amount\n(net)"\na,1\nb,2\n');
    expect(found.definition.columns.map(({ name }) => name)).to.deep.equal(["name", "amount_net"]);
    expect(found.counts.rows).to.equal(2);
  });

  it("with a nameless first column that has values goes by place", async () => {
    const { definition } = await infer('"",year\n"1",2001\n"2",2002\n');
    expect(definition.format).to.deep.include({ header: "none", skipLines: 1 });
    expect(definition.columns.map(({ name }) => name)).to.deep.equal(["column_1", "year"]);
  });

  it("with the same name twice goes by place", async () => {
    const { definition } = await infer("a,a\n1,x\n2,y\n");
    expect(definition.format).to.deep.include({ header: "none", skipLines: 1 });
    expect(definition.columns.map(({ name }) => name)).to.deep.equal(["a", "a_2"]);
  });

  it("as R writes it, without a name for the rows' count, is put in its place", async () => {
    const found = await infer('"len","supp"\n"1",4.2,"VC"\n"2",11.5,"VC"\n"3",7.3,"OJ"\n');
    expect(found.definition.columns.map(({ name }) => name)).to.deep.equal(["column_1", "len", "supp"]);
    expect(found.unsure).to.have.lengthOf(1);
  });

  it("that has a name too few is no header of R where rows have no names of their own", async () => {
    const found = await infer('"len","supp"\n"a",4.2,"VC"\n"a",11.5,"VC"\n"b",7.3,"OJ"\n');
    expect(found.definition.columns.map(({ name }) => name)).to.deep.equal([
      "column_1",
      "column_2",
      "column_3",
    ]);
  });

  it("that has a name too few is left out rather than guessed at", async () => {
    const found = await infer("a,b\nx,1.5,y\nz,2.5,w\nq,2.5,w\n");
    expect(found.definition.columns.map(({ name }) => name)).to.deep.equal([
      "column_1",
      "column_2",
      "column_3",
    ]);
    expect(found.unsure[0]?.question).to.contain("The header has 2 fields and the records 3");
  });

  it("below many lines is skipped to by their number", async () => {
    const preamble = Array.from({ length: 28 }, (_, at) => `#KEY${at}: ,value ${at}`).join("\n");
    const { definition } = await infer(`${preamble}\n##temp,time,len\n${"1.5,2.5,3.5\n".repeat(40)}`);
    expect(definition.format.skipLines).to.equal(28);
    expect(definition.columns.map(({ name }) => name)).to.deep.equal(["temp", "time", "len"]);
  });

  it("is the first table's where a later one has more rows", async () => {
    const later = "5,6,7,8,9\n".repeat(200);
    const found = await infer(`run,a,b\n${"1,2,3\n".repeat(70)}run,c,d,e,f\n${later}`);
    expect(found.definition.columns.map(({ name }) => name)).to.deep.equal(["run", "a", "b"]);
    expect(found.counts.longRows).to.equal(201);
  });

  it("has nothing to do with a total behind the rows", async () => {
    const found = await infer(`${good}Total,,,4.70,,\n`);
    expect(found.counts.rows).to.equal(3);
    expect(typesOf(found)).to.include({ amount: "numeric", mcc: "text" });
    expect(found.columns[0]?.note).to.equal(
      'would be integer but for 1 of 3 values, such as "Total" in line 4',
    );
  });
});

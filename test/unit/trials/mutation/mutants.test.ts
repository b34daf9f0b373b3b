import { expect } from "chai";
import { readReasons } from "../../../../trials/mutation/equivalent";
import { changeOf, mutantsOf } from "../../../../trials/mutation/mutants";

const changes = (code: string): string[] => mutantsOf("a.ts", code).map(changeOf);

describe("The changes that a mutation run makes", () => {
  const table: readonly (readonly [code: string, ...changes: string[]])[] = [
    ["const a = b < c;", "< → <=", "< → >="],
    ["const a = b === c && d;", "&& → ||", "=== → !=="],
    ["if (!a) b();", "!a → (a)", "b(); → nothing"],
    ["while (a) continue;", "a → (!(a))", "continue; → nothing"],
    ["function f() { if (a < 1) return; }", "< → <=", "< → >=", "1 → (1 + 1)", "return; → nothing"],
    ["const a = b ? 2 : true;", "b → (!(b))", "2 → (2 + 1)", "true → false"],
    ['const a = "s3:GetObject";', '"s3:GetObject" → "s3:*"'],
    ['const a = "arn:aws:s3:::b";', '"arn:aws:s3:::b" → "*"'],
    ["const a = `arn:aws:s3:::${b}`;", '`arn:aws:s3:::${b}` → "*"'],
    ['const a = { b: "c", d };', '"c" → "cx"', 'b: "c" → ...{}', "d → ...{}"],
  ];
  for (const [code, ...wanted] of table)
    it(`of ${code}`, () => expect(changes(code).sort()).to.deep.equal([...wanted].sort()));

  it("leave sentences, types, imports and what stands for nothing alone", () => {
    const none = [
      'import a from "b";',
      'export { a } from "b";',
      'type A = "b" | 1;',
      'const a: "b" = c as "b";',
      'const a = "a sentence";',
      "const a = -1;",
      'const a = new B({ description: "word" }).c;',
      "super(a); this.registerOutputs();",
    ];
    for (const code of none) expect(changes(code), code).to.deep.equal([]);
  });

  it("are found by their place and their line", () => {
    const [found] = mutantsOf("a.ts", "// one\n  const a = b << c;\n");
    expect(found).to.deep.equal({
      file: "a.ts",
      at: 21,
      end: 23,
      line: 2,
      code: "const a = b << c;",
      text: "<<",
      instead: ">>",
      name: "const a = b << c;: << → >>",
    });
  });

  it("have a name of their own in their file, in one line", () => {
    const names = mutantsOf("a.ts", "const a = b + 1 + 1;\nconst c = {\n  d:\n    2,\n};\n").map(
      ({ name }) => name,
    );
    expect(names).to.include.members([
      "const a = b + 1 + 1;: 1 → (1 + 1) (1 of 2)",
      "const a = b + 1 + 1;: 1 → (1 + 1) (2 of 2)",
      "d:: d: 2 → ...{}",
    ]);
    expect(new Set(names).size).to.equal(names.length);
  });
});

describe("The changes that are known to change nothing", () => {
  const source = "const a = b < c;\nconst d = b < 2;\n";
  const read = (entries: string) => readReasons(`What this is.\n\n## a.ts\n${entries}`, () => source);

  it("are so with a reason, each change by itself: another one of the same line is not", () => {
    const reasonOf = read("# Both are the same.\nconst a = b < c;: < → <=\n");
    expect(mutantsOf("a.ts", source).map(reasonOf)).to.deep.equal([
      "Both are the same.",
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("are changes that there are, each once", () => {
    expect(() => read("# Why\nconst a = b < c;\n")).to.throw("a.ts has no such change: const a = b < c;");
    const twice = "const a = b < c;: < → <=\n".repeat(2);
    expect(() => read(`# Why\n${twice}`)).to.throw("a.ts, twice: const a = b < c;: < → <=");
  });

  it("are all of the reader's as it is", () => {
    expect(readReasons).not.to.throw();
  });
});

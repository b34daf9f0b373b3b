import { expect } from "chai";
import { changeOf } from "../../../../trials/mutation/equivalent";
import { mutantsOf } from "../../../../trials/mutation/mutants";

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
    });
  });
});

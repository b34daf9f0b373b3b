import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as ts from "typescript";

/** A change to a file that some test ought to notice. */
interface Mutant {
  readonly file: string;
  readonly at: number;
  readonly end: number;
  readonly line: number;
  readonly text: string;
  readonly instead: string;
}

const operators: Record<string, string> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&": "|",
  "|": "&",
  "<<": ">>",
  ">>": "<<",
};

/** The mutants of a file in the order of its text: each operator, each bound, each constant, in what runs. */
function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2020, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, instead: string): void => {
    const at = node.getStart();
    const line = source.getLineAndCharacterOfPosition(at).line + 1;
    found.push({ file, at, end: node.getEnd(), line, text: node.getText(), instead });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const instead = operators[node.operatorToken.getText()];
      if (instead !== undefined) add(node.operatorToken, instead);
    }
    if (ts.isNumericLiteral(node)) add(node, `(${node.text} + 1)`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * Runs tests on mutants, each in a copy of the repository, and hands on those that no test noticed.
 *
 * @param most so many of all mutants, evenly spread.
 * @throws Error when the tests fail without a mutant.
 */
export function mutate(
  root: string,
  files: readonly string[],
  tests: readonly string[],
  most: number,
  survived: (mutant: Mutant) => void,
): { tried: number; killed: number } {
  const all = files.flatMap((file) => mutantsOf(file, readFileSync(path.join(root, file), "utf8")));
  const step = Math.max(1, all.length / most);
  const copy = mkdtempSync(path.join(tmpdir(), "mutation-"));
  try {
    for (const part of [
      "functions",
      "tables",
      "test",
      "programs",
      "infra",
      "local",
      "tsconfig.json",
      "package.json",
    ])
      cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
    symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
    // A mutant that never ends is noticed too.
    const pass = (timeout: number): boolean =>
      spawnSync(
        process.execPath,
        [
          "node_modules/mocha/bin/mocha.js",
          "--bail",
          "--exit",
          "-r",
          "./programs/register.js",
          "--timeout",
          "60000",
          ...tests,
        ],
        { cwd: copy, timeout },
      ).status === 0;
    const started = Date.now();
    if (!pass(600_000)) throw new Error(`The tests ${tests.join(" ")} fail without a mutant`);
    const timeout = 20_000 + 5 * (Date.now() - started);
    let tried = 0;
    let killed = 0;
    for (let i = 0; i < all.length; i += step) {
      const mutant = all[Math.floor(i)]!;
      const target = path.join(copy, mutant.file);
      const text = readFileSync(target, "utf8");
      writeFileSync(target, text.slice(0, mutant.at) + mutant.instead + text.slice(mutant.end));
      tried++;
      if (pass(timeout)) survived(mutant);
      else killed++;
      writeFileSync(target, text);
    }
    return { tried, killed };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

import * as ts from "typescript";

/** A change to a file that some test ought to notice. */
export interface Mutant {
  readonly file: string;
  readonly at: number;
  readonly end: number;
  readonly line: number;
  /** The line's text, without the blanks around it. */
  readonly code: string;
  readonly text: string;
  readonly instead: string;
  /** Its line and the change, in one line; of several that are alike in a file, which of them. */
  readonly name: string;
}

/** For each operator what is put in its place, one at a time: beside its bound, and the other way round. */
const operators: Record<string, readonly string[]> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "&": ["|"],
  "|": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": [">>"],
  "+=": ["-="],
  "-=": ["+="],
  "|=": ["&="],
};

/** A list of permissions, of addresses or of resources, opened wide; another text for other words of programs. */
function otherText(text: string): string | undefined {
  if (/^[a-z0-9-]+:[A-Z]\w+$/.test(text)) return `${text.split(":")[0]}:*`;
  if (text.startsWith("arn:")) return "*";
  // Sentences are for people.
  return text.includes(" ") ? undefined : `${text}x`;
}

/** How a change is printed. */
export const changeOf = ({ text, instead }: Pick<Mutant, "text" | "instead">): string =>
  `${text} → ${instead === ";" ? "nothing" : instead}`;

/** The mutants of a file in the order of its text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const found = changesIn(file, text).map((change) => ({
    ...change,
    name: `${change.code}: ${changeOf(change)}`.replace(/\s+/g, " "),
  }));
  return found.map((mutant, i) => {
    const alike = (from: number, to?: number): number =>
      found.slice(from, to).filter(({ name }) => name === mutant.name).length;
    const all = alike(0);
    return all === 1 ? mutant : { ...mutant, name: `${mutant.name} (${alike(0, i + 1)} of ${all})` };
  });
}

function changesIn(file: string, text: string): Omit<Mutant, "name">[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2020, true);
  const lines = text.split("\n");
  const found: Omit<Mutant, "name">[] = [];
  const add = (node: ts.Node, ...all: string[]): void => {
    const at = node.getStart();
    const { line } = source.getLineAndCharacterOfPosition(at);
    const place = { file, at, end: node.getEnd(), line: line + 1, code: lines[line]!.trim() };
    for (const instead of all) found.push({ ...place, text: node.getText(), instead });
  };

  /** A condition that has no operator of its own. */
  const negate = (condition: ts.Expression): void => {
    if (ts.isPrefixUnaryExpression(condition)) add(condition, `(${condition.operand.getText()})`);
    else if (!ts.isBinaryExpression(condition)) add(condition, `(!(${condition.getText()}))`);
  };

  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isBinaryExpression(node) && !isSentence(node.left) && !isSentence(node.right))
      add(node.operatorToken, ...(operators[node.operatorToken.getText()] ?? []));
    if (ts.isIfStatement(node) || ts.isWhileStatement(node)) negate(node.expression);
    if (ts.isConditionalExpression(node)) negate(node.condition);
    // Without super(…) it would be no program; registerOutputs() changes nothing but how the state shows a component.
    if (ts.isExpressionStatement(node) && !/^(super|this\.registerOutputs)\(/.test(node.getText()))
      add(node, ";");
    if (ts.isThrowStatement(node) || ts.isContinueStatement(node)) add(node, ";");
    if (ts.isReturnStatement(node) && ts.isIfStatement(node.parent)) add(node, ";");
    // -1 stands for what there is none of, and so does -2.
    if (ts.isNumericLiteral(node) && !isName(node) && !ts.isPrefixUnaryExpression(node.parent))
      add(node, `(${node.text} + 1)`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true");
    const isText = ts.isStringLiteralLike(node) && !isName(node) && !isDescription(node.parent);
    const other = isText ? otherText(node.text) : undefined;
    if (other !== undefined) add(node, JSON.stringify(other));
    if (ts.isTemplateExpression(node) && node.head.text.startsWith("arn:")) add(node, '"*"');
    if (isProperty(node)) add(node, "...{}");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A sentence is for people: another one is no fault. */
function isSentence(node: ts.Node): boolean {
  return (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) && node.getText().includes(" ");
}

/** A property for people, also of a single word. */
const isDescription = (node: ts.Node): boolean =>
  ts.isPropertyAssignment(node) && node.name.getText() === "description";

/** The name of a property that has a value. */
function isName(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node.parent) && node.parent.name === node;
}

/** What an object has, where it is no pattern that takes one apart and no sentence. */
function isProperty(node: ts.Node): boolean {
  if (isDescription(node)) return false;
  if (ts.isPropertyAssignment(node) ? isSentence(node.initializer) : !ts.isShorthandPropertyAssignment(node))
    return false;
  const { parent } = node.parent;
  return !(ts.isBinaryExpression(parent) && parent.left === node.parent);
}

import { format, resolveConfig } from "prettier";
import * as ts from "typescript";
import type { TableDefinition } from "../../functions/ingest/table";
import { GroundworkError } from "../../infra/error";
import { root } from "../../programs/programs";

type ColumnDefinition = TableDefinition["columns"][number];

/** The text of a new tables/NAME.ts. */
export function definitionFile(definition: TableDefinition, comment: string): Promise<string> {
  return pretty(
    `import { defineTable } from "../functions/ingest/table";\n\n/** ${comment.replaceAll("*/", "*\\/")} */\n` +
      `export default defineTable(${JSON.stringify(definition)});\n`,
  );
}

/** What becomes of a column of a definition that is there already. */
export interface ColumnChange {
  readonly name: string;
  readonly type?: ColumnDefinition["type"];
  /** Makes a required column an optional one. */
  readonly optional?: boolean;
  readonly nulls?: readonly string[];
}

/**
 * The text of a tables/NAME.ts with columns added and changed; what else stands there, comments and transform too, stays.
 *
 * @throws GroundworkError where its columns don't stand there as a list of objects, each property with its value
 */
export function changedDefinition(
  source: string,
  added: readonly ColumnDefinition[],
  changes: readonly ColumnChange[],
): Promise<string> {
  const file = ts.createSourceFile("table.ts", source, ts.ScriptTarget.Latest, true);
  const list = findColumns(file);
  if (list === undefined)
    throw new GroundworkError("Its columns don't stand there as a list: change them by hand");
  const edits: { from: number; to: number; text: string }[] = [];
  for (const change of changes) {
    const column = list.elements.find((each) => textOf(propertyOf(each, "name")) === change.name);
    if (
      column === undefined ||
      !ts.isObjectLiteralExpression(column) ||
      !column.properties.every(ts.isPropertyAssignment)
    )
      throw new GroundworkError(
        `Its column ${change.name} doesn't stand there as an object of names and values: change it by hand`,
      );
    edits.push({ from: column.getStart(), to: column.end, text: changedColumn(column, change) });
  }
  if (added.length > 0) {
    const text = added.map((column) => JSON.stringify(column)).join(", ");
    const last = list.elements[list.elements.length - 1];
    edits.push({ from: last?.end ?? list.end - 1, to: last?.end ?? list.end - 1, text: `, ${text}` });
  }
  edits.sort((a, b) => b.from - a.from);
  return pretty(
    edits.reduce((text, { from, to, text: put }) => text.slice(0, from) + put + text.slice(to), source),
  );
}

function changedColumn(column: ts.ObjectLiteralExpression, change: ColumnChange): string {
  const kept = column.properties
    .filter((property) => {
      const name = property.name?.getText();
      return !(
        (name === "type" && change.type !== undefined) ||
        (name === "required" && change.optional === true) ||
        (name === "format" && change.nulls !== undefined)
      );
    })
    .map((property) => property.getText());
  const format = propertyOf(column, "format");
  const isLiteral = format && ts.isObjectLiteralExpression(format);
  const formats = isLiteral ? format.properties.filter(({ name }) => name?.getText() !== "nulls") : [];
  const others = isLiteral || !format ? formats.map((each) => each.getText()) : [`...${format.getText()}`];
  return `{ ${[
    ...kept,
    ...(change.type === undefined ? [] : [`type: ${JSON.stringify(change.type)}`]),
    ...(change.nulls === undefined
      ? []
      : [`format: { ${[...others, `nulls: ${JSON.stringify(change.nulls)}`].join(", ")} }`]),
  ].join(", ")} }`;
}

function findColumns(node: ts.Node): ts.ArrayLiteralExpression | undefined {
  if (ts.isCallExpression(node) && node.expression.getText() === "defineTable") {
    const [definition] = node.arguments;
    const columns = definition && propertyOf(definition, "columns");
    return columns && ts.isArrayLiteralExpression(columns) ? columns : undefined;
  }
  return ts.forEachChild(node, findColumns);
}

function propertyOf(node: ts.Node, name: string): ts.Expression | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const found = node.properties.find((property) => property.name?.getText() === name);
  return found && ts.isPropertyAssignment(found) ? found.initializer : undefined;
}

const textOf = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined;

async function pretty(source: string): Promise<string> {
  return format(source, { ...(await resolveConfig(`${root}/package.json`)), parser: "typescript" });
}

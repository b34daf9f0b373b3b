import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { fileDefaults, valueDefaults } from "../../functions/ingest/format";
import { types } from "../../functions/ingest/reader/types";
import { root } from "../../programs/programs";
import { withMade } from "./page";

/** The types whose keys are a definition's, each with the title of its table, in the order of the page. */
const sections: readonly (readonly [file: string, type: string, title: string, defaults?: object])[] = [
  ["definition.ts", "TableDefinition", "The definition"],
  ["definition.ts", "ColumnDefinition", "`columns`: each"],
  ["format.ts", "FileFormat", "`format`: of the files", fileDefaults],
  ["format.ts", "ValueFormat", "`format`: of values, and each column's own", valueDefaults],
  ["definition.ts", "LineageDefinition", "`lineage`"],
  ["definition.ts", "Transform", "`transform`"],
];

/** The text of docs/tables.md with its options as the types' doc comments tell them now. */
export function tablesDocument(text: string): Promise<string> {
  const made = sections.map(([file, type, title, defaults]) => {
    const rows = keysOf(path.join(root, "functions/ingest", file), type).map(({ name, values, comment }) => {
      const preset = defaults && JSON.stringify(defaults[name as keyof typeof defaults]);
      // A comment ends with the default, which has a column of its own here.
      const says =
        preset !== undefined && comment.endsWith(` ${preset}`)
          ? comment.slice(0, -preset.length - 1)
          : comment;
      return [`\`${name}\``, code(values), ...(defaults ? [code(preset ?? "")] : []), cell(says)];
    });
    const titles = ["key", "what it may be", ...(defaults ? ["default"] : []), "what it says"];
    return `## ${title}\n\n${[titles, titles.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n")}`;
  });
  const names = Object.entries(types).map(([name, entry]) => {
    const args = "args" in entry ? entry.args : 0;
    return `\`${name}\`${args > 0 ? ` (also \`${name}(${args === 2 ? "p,s" : "n"})\`)` : ""}`;
  });
  const list = `## Types\n\nAs PostgreSQL writes them: ${names.join(", ")}; and \`{ enum: "name", values: ["a", "b"] }\`.`;
  return withMade("tables.md", text, [...made, list].join("\n\n"));
}

interface Key {
  readonly name: string;
  readonly values: string;
  readonly comment: string;
}

/** @throws Error where a key has no doc comment */
function keysOf(file: string, type: string): Key[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found = source.statements.find(
    (each): each is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(each) && each.name.text === type,
  );
  if (found === undefined) throw new Error(`${file} has no interface ${type}`);
  return found.members.filter(ts.isPropertySignature).map((member) => {
    const name = member.name.getText();
    const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
    if (typeof comment?.comment !== "string") throw new Error(`${file}: ${type}.${name} has no doc comment`);
    return { name, values: plain(member.type?.getText() ?? ""), comment: comment.comment };
  });
}

/** A type without what only the compiler needs. */
const plain = (type: string): string => type.replace(/\breadonly /g, "").replace(/\s+/g, " ");

const cell = (text: string): string =>
  text.replace(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;");

/** Two backticks where one stands in the text. */
const code = (text: string): string => {
  const escaped = text.replaceAll("|", "\\|");
  return escaped.includes("`") ? `\`\` ${escaped} \`\`` : `\`${escaped}\``;
};

import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { programs, root } from "../../programs/programs";

/**
 * A process of its own that checks the programs' types each time that it is asked, as `pulumi up` does: what hasn't
 * changed since the last time isn't looked at again. Answers with the problems.
 */
process.on("message", () => process.send?.({ problems: check() }));

const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), textOf) as {
  config: { compilerOptions: object };
};
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
const host = ts.createCompilerHost(options);
host.jsDocParsingMode = ts.JSDocParsingMode.ParseForTypeErrors;
const parse = host.getSourceFile.bind(host);
const known = new Map<string, ts.SourceFile & { version?: string }>();
let builder: ts.SemanticDiagnosticsBuilderProgram | undefined;

host.getSourceFile = (file, ...others) => {
  const isOurs = !file.includes("node_modules");
  const before = known.get(file);
  if (before && (!isOurs || before.text === textOf(file))) return before;
  const source: (ts.SourceFile & { version?: string }) | undefined = parse(file, ...others);
  if (!source) return undefined;
  source.version = ts.sys.createHash?.(source.text) ?? source.text;
  known.set(file, source);
  return source;
};

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // It is gone: the program is built without it.
  }
}

function check(): string[] {
  const tables = readdirSync(path.join(root, "tables")).filter((file) => file.endsWith(".ts"));
  const files = [
    ...programs.map(({ dir }) => path.join(dir, "index.ts")),
    ...tables.map((file) => path.join(root, "tables", file)),
  ];
  builder = ts.createSemanticDiagnosticsBuilderProgram(files, options, host, builder);
  // Of every file: those that haven't changed have their findings kept.
  const found = [...builder.getSyntacticDiagnostics(), ...builder.getSemanticDiagnostics()];
  return found.map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, " ");
    if (!file) return text;
    const { line, character } = file.getLineAndCharacterOfPosition(start);
    return `${path.relative(root, file.fileName)}:${line + 1}:${character + 1}: ${text}`;
  });
}

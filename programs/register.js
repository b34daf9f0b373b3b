// Loads TypeScript as the Pulumi CLI does, file by file with the TypeScript compiler and the options of tsconfig.json:
// a loader built on esbuild puts helpers into functions that Pulumi's closure serializer cannot follow. Types are
// checked by `npm test`, not here.
//
// What a file compiles to is kept under .cache/typescript, so that the compiler is loaded for what has changed only.
const { createHash, randomUUID } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { SourceMap } = require("node:module");
const path = require("node:path");

// The SDK's notice about Node 20 is for those who deploy with it; Lambda's runtime brings its own.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const root = path.join(__dirname, "..");
const configFile = path.join(root, "tsconfig.json");
/** All that the output depends on beside the file itself. */
const settings = [__filename, configFile, require.resolve("typescript/package.json")].map((file) =>
  readFileSync(file, "utf8"),
);
/** The source map of each loaded file: as text, and once it was needed, parsed. */
const maps = new Map();
const mapComment = "//# sourceMappingURL=data:application/json;base64,";

require.extensions[".ts"] = (module, filename) => {
  const code = load(filename);
  maps.set(filename, code.slice(code.lastIndexOf(mapComment) + mapComment.length));
  module._compile(code, filename);
};

function load(filename) {
  const source = readFileSync(filename, "utf8");
  const name = path.relative(root, filename);
  // Of a program that a test wrote into a temporary folder nothing stays.
  if (name.startsWith("..")) return compile(source, filename);
  const key = createHash("sha256")
    .update(JSON.stringify([settings, name, source]))
    .digest("hex");
  const file = path.join(root, ".cache/typescript", `${name}.js`);
  const kept = readIfThere(file);
  // At the end, so that a file that was cut off is none.
  if (kept?.endsWith(key)) return kept.slice(0, -key.length);
  const code = compile(source, filename);
  keep(file, code + key);
  return code;
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Renamed into its place when it is whole: others may be reading and writing the same. */
function keep(file, text) {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const whole = `${file}.${randomUUID()}`;
    writeFileSync(whole, text);
    renameSync(whole, file);
  } catch (error) {
    // A checkout that may only be read works all the same.
    if (!["EACCES", "EPERM", "EROFS"].includes(error.code)) throw error;
  }
}

function compile(source, fileName) {
  const ts = require("typescript");
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const { outputText, diagnostics } = ts.transpileModule(source, {
    fileName,
    compilerOptions: { ...options, noEmit: false, inlineSourceMap: true, inlineSources: true },
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) {
    const host = { getCanonicalFileName: String, getCurrentDirectory: () => root, getNewLine: () => "\n" };
    throw new SyntaxError(ts.formatDiagnostics(diagnostics, host));
  }
  return outputText;
}

// Pulumi keeps where each of its promises came from, as the text of an error without a message, which is read when
// promises leak. To translate those by source maps took a sixth of the time that a program runs.
Error.prepareStackTrace = (error, sites) =>
  error.message === "" ? String(error) : [error, ...sites.map(describe)].join("\n    at ");

/** A line of a stack trace, with the place in the TypeScript source. */
function describe(site) {
  const text = String(site);
  const filename = site.getFileName();
  let map = maps.get(filename);
  if (map === undefined) return text;
  if (typeof map === "string")
    maps.set(filename, (map = new SourceMap(JSON.parse(Buffer.from(map, "base64")))));
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  const { originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
  if (originalLine === undefined) return text;
  return text.replace(`:${line}:${column}`, `:${originalLine + 1}:${originalColumn + 1}`);
}

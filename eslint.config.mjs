import js from "@eslint/js";
import { importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "coverage/", ".cache/"] },
  js.configs.recommended,
  {
    plugins: { "import-x": importX },
    rules: {
      "max-lines": ["error", 300],
      "import-x/order": ["error", { groups: ["builtin", "external", "parent", "sibling", "index"] }],
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A Pulumi resource is made for its effect; `new X()` as a statement is its idiom.
      "no-new": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true, argsIgnorePattern: "^_" }],
    },
  },
  {
    // A component is told what it needs: only infra/config.ts reads an environment's config.
    files: ["infra/**/*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "pulumi", property: "Config", message: "Take it in as an argument." },
      ],
    },
  },
  {
    // chai's assertions are property reads: expect(x).to.be.true
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
  {
    files: ["examples/*/app.js"],
    languageOptions: {
      sourceType: "script",
      globals: Object.fromEntries(
        ["document", "fetch", "history", "location", "oidc", "URLSearchParams"].map((name) => [
          name,
          "readonly",
        ]),
      ),
    },
  },
  {
    files: ["scripts/console/client.js"],
    languageOptions: {
      sourceType: "script",
      globals: Object.fromEntries(
        [
          "document",
          "fetch",
          "CSS",
          "navigator",
          "XMLHttpRequest",
          "FormData",
          "URLSearchParams",
          "setTimeout",
          "clearTimeout",
        ].map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    files: ["**/*.js", "**/*.cjs"],
    ignores: ["examples/*/app.js", "scripts/console/client.js"],
    languageOptions: {
      sourceType: "commonjs",
      globals: {
        require: "readonly",
        module: "writable",
        process: "readonly",
        __dirname: "readonly",
        __filename: "readonly",
        console: "readonly",
        setTimeout: "readonly",
        Buffer: "readonly",
        performance: "readonly",
      },
    },
  },
);

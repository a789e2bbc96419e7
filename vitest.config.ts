import { defineConfig } from "vitest/config";
import { packedImports } from "./tools/text-imports.mjs";

const conditions = ["xgt-source"];
const names = [
  "packages/hypercall-abi",
  "packages/findings",
  "packages/hypercall-log",
  "packages/p2m-tracker",
  "packages/dom0less-layout",
  "packages/run",
  "packages/lab",
  "packages/report",
  "packages/fleet",
  "packages/cli",
  "tools",
];

// Packages are tested from their sources: the `xgt-source` export condition points there.
export default defineConfig({
  test: {
    projects: names.map((root) => ({
      root: `./${root}`,
      plugins: [packedImports],
      resolve: { conditions: [...conditions, "module", "node", "default"] },
      ssr: { resolve: { conditions: [...conditions, "module", "node", "default"] } },
      test: {
        name: root.replace("packages/", ""),
        include: ["**/*.test.ts"],
        exclude: ["**/node_modules/**", "**/dist/**"],
        // Otherwise the text of a style sheet is empty, also where it is imported as a text.
        css: true,
        testTimeout: 60_000,
        // Some build the whole command first, beside others that do.
        hookTimeout: 120_000,
      },
    })),
  },
});

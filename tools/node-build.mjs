// What everything that esbuild makes here has in common: modules for the oldest Node that runs xgt.
import { textImports } from "./text-imports.mjs";

/** Options for esbuild's `build`. */
export const nodeBuild = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  plugins: [textImports],
  logLevel: "warning",
};

/** More of them, for one file that holds the packages, from their sources, and what they depend on. */
export const wholeProgram = {
  ...nodeBuild,
  conditions: ["xgt-source"],
  // CommonJS packages call require() for node's own modules.
  banner: {
    js: 'import{createRequire as xgtRequire}from"node:module";const require=xgtRequire(import.meta.url);',
  },
};

// What the checks of the house read: our own source files, and what each of them imports.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Our own TypeScript files below a folder, sorted, without what is installed, built or generated. */
export function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory())
        return ["node_modules", "dist", "generated"].includes(entry.name) ? [] : sourceFiles(path);
      return /\.(ts|tsx|mts)$/.test(entry.name) ? [path] : [];
    });
}

/** Static and dynamic imports and re-exports of a file, types included: `{ specifier, line }`, lines from 1. */
export function importsOf(file) {
  const text = readFileSync(file, "utf8");
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => {
    return { specifier: fileName, line: text.slice(0, pos).split("\n").length };
  });
}

// Foreign files as text, the same way in esbuild (the bundle, the packages' JavaScript, run-ts.mjs) and in vitest:
//   import shim from "./shim.c?raw";           the file's text
//   import guest from "../../guest?packed";    a whole folder, see unpackFiles in the lab
//   import page from "../page/main.tsx?page";  a program for browsers, see page-build.mjs
//   import packed from "./libraries.ts?program";  what is loaded on demand, see program-build.mjs
// Vite knows ?raw by itself; tools/text-imports.d.ts tells the compiler of both.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { packPage } from "./page-build.mjs";
import { packProgram } from "./program-build.mjs";

const RAW = "?raw";
const PACKED = "?packed";
const PAGE = "?page";
/** Ends the name of what is a program of its own. */
export const PROGRAM = "?program";

/** All files below a folder as one text: `{ "module/Kbuild": TEXT, ... }` as JSON, by path, gzipped, in base64. */
export function packFolder(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [relative(folder, path).split(sep).join("/"), readFileSync(path, "utf8")]);
  return gzipSync(JSON.stringify(Object.fromEntries(files)), { level: 9 }).toString("base64");
}

/** The plugin for esbuild. Paths stay relative, so that what is built names no folder of this machine. */
export const textImports = {
  name: "text-imports",
  setup(build) {
    build.onResolve({ filter: /\?(raw|packed|page|program)$/ }, ({ path, resolveDir }) => {
      const at = path.lastIndexOf("?");
      const file = resolve(resolveDir, path.slice(0, at));
      const from = build.initialOptions.absWorkingDir ?? process.cwd();
      return { path: relative(from, file), namespace: path.slice(at), pluginData: file };
    });
    const read = (namespace, reader) =>
      build.onLoad({ filter: /.*/, namespace }, async ({ pluginData }) => ({
        contents: await reader(pluginData),
        loader: "text",
      }));
    read(RAW, (file) => readFileSync(file));
    read(PACKED, packFolder);
    read(PAGE, packPage);
    read(PROGRAM, packProgram);
  },
};

const packers = new Map([
  [PACKED, packFolder],
  [PAGE, packPage],
  [PROGRAM, packProgram],
]);

/** The plugin for vite: all but ?raw, which it knows. */
export const packedImports = {
  name: "packed-imports",
  enforce: "pre",
  resolveId(source, importer) {
    return [...packers.keys()].some((end) => source.endsWith(end))
      ? resolve(dirname(importer), source)
      : undefined;
  },
  async load(id) {
    const at = id.lastIndexOf("?");
    const packer = at < 0 ? undefined : packers.get(id.slice(at));
    return packer === undefined
      ? undefined
      : `export default ${JSON.stringify(await packer(id.slice(0, at)))};`;
  },
};

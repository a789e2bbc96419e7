// Foreign files as text, the same way in esbuild (the bundle, the packages' JavaScript, run-ts.mjs) and in vitest:
//   import shim from "./shim.c?raw";           the file's text
//   import guest from "../../guest?packed";    a whole folder, see unpackFiles in the lab
// Vite knows ?raw by itself; tools/text-imports.d.ts tells the compiler of both.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { gzipSync } from "node:zlib";

const RAW = "?raw";
const PACKED = "?packed";

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
    build.onResolve({ filter: /\?(raw|packed)$/ }, ({ path, resolveDir }) => {
      const at = path.lastIndexOf("?");
      const file = resolve(resolveDir, path.slice(0, at));
      const from = build.initialOptions.absWorkingDir ?? process.cwd();
      return { path: relative(from, file), namespace: path.slice(at), pluginData: file };
    });
    const read = (namespace, reader) =>
      build.onLoad({ filter: /.*/, namespace }, ({ pluginData }) => ({
        contents: reader(pluginData),
        loader: "text",
      }));
    read(RAW, (file) => readFileSync(file));
    read(PACKED, packFolder);
  },
};

/** The plugin for vite: packed folders, which it does not know. */
export const packedFolders = {
  name: "packed-folders",
  enforce: "pre",
  resolveId(source, importer) {
    return source.endsWith(PACKED) ? resolve(dirname(importer), source) : undefined;
  },
  load(id) {
    if (!id.endsWith(PACKED)) return undefined;
    return `export default ${JSON.stringify(packFolder(id.slice(0, -PACKED.length)))};`;
  },
};

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packedImports, textImports } from "./text-imports.mjs";

const C = 'puts("\\n`$`");\n';
const files = {
  "guest/init": "#!/bin/sh\n",
  "guest/module/a.c": C,
  "src/shim.c": C,
  "src/support.ts": "export const no: string = 1;\n",
  "src/all.mjs":
    'export { default as c } from "./shim.c?raw";\nexport { default as ts } from "./support.ts?raw";\nexport { default as guest } from "../guest?packed";\nexport { default as program } from "./double.ts?program";\n',
  "src/double.ts":
    "import { basename } from 'node:path';\nexport const double = (path: string): string => basename(path).repeat(2);\n",
};
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-text-"));
  for (const name of ["guest/module", "src"]) mkdirSync(join(folder, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const builders: Record<string, () => Promise<string>> = {
  esbuild: async () => {
    const options = {
      entryPoints: ["src/all.mjs"],
      absWorkingDir: folder,
      bundle: true,
      write: false,
    } as const;
    const result = await esbuild({ ...options, format: "esm", plugins: [textImports] });
    return result.outputFiles[0].text;
  },
  vite: async () => {
    const lib = { entry: "src/all.mjs", formats: ["es" as const] };
    const options = { root: folder, configFile: false as const, logLevel: "error" as const };
    const result = await vite({ ...options, plugins: [packedImports], build: { lib, write: false } });
    if (!Array.isArray(result)) throw new Error("vite watches");
    return result[0].output[0].code;
  },
};

describe.each(Object.keys(builders))("text imports in %s", (name) => {
  it("give the texts of files and folders, and programs", async () => {
    const code = await builders[name]();
    const { c, ts, guest, program } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    expect({ c, ts }).toEqual({ c: C, ts: files["src/support.ts"] });
    expect(JSON.parse(gunzipSync(Buffer.from(guest, "base64")).toString())).toEqual({
      init: files["guest/init"],
      "module/a.c": C,
    });
    const module = { exports: { double: (_: string) => "" } };
    const text = brotliDecompressSync(Buffer.from(program, "base64")).toString();
    new Function("module", "require", text)(module, process.getBuiltinModule);
    expect(module.exports.double("/x/y")).toBe("yy");
    // What vite makes is run here and thrown away.
    if (name === "esbuild") expect(code).not.toContain(folder);
  });
});

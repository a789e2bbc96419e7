// Builds the JavaScript that a package exports, from its sources: run in the package's folder, after `tsc -b` made the
// types. Foreign files are inside as text, and so is what others wrote (devDependencies): a package needs ours only.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { wholeProgram } from "./node-build.mjs";

const OUTPUT = "dist";

// What an older build left stays otherwise: parts that are loaded later have a hash in their names, sources come and go.
for (const name of readdirSync(OUTPUT)) if (name.endsWith(".js")) rmSync(join(OUTPUT, name));
for (const name of readdirSync(join(OUTPUT, "types"), { recursive: true })) {
  const source = join("src", name.replace(/\.d\.ts$/, ".ts"));
  if (name.endsWith(".d.ts") && !existsSync(source)) rmSync(join(OUTPUT, "types", name));
}
await build({
  ...wholeProgram,
  conditions: [],
  entryPoints: ["src/index.ts"],
  outdir: OUTPUT,
  splitting: true,
  external: ["@xgt/*"],
});

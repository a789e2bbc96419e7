// Builds the JavaScript that a package exports, from its sources: run in the package's folder, after `tsc -b` made the
// types. Foreign files are inside as text; what the package depends on stays outside.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { nodeBuild } from "./node-build.mjs";

const OUTPUT = "dist";

// What an older build left stays otherwise: parts that are loaded later have a hash in their names, sources come and go.
for (const name of readdirSync(OUTPUT)) if (name.endsWith(".js")) rmSync(join(OUTPUT, name));
for (const name of readdirSync(join(OUTPUT, "types"), { recursive: true })) {
  const source = join("src", name.replace(/\.d\.ts$/, ".ts"));
  if (name.endsWith(".d.ts") && !existsSync(source)) rmSync(join(OUTPUT, "types", name));
}
await build({
  ...nodeBuild,
  entryPoints: ["src/index.ts"],
  outdir: OUTPUT,
  splitting: true,
  packages: "external",
});

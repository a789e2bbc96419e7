// Builds the whole command into one file that needs no node_modules beside it: node bundle.mjs [FILE]
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { wholeProgram } from "../../tools/node-build.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
const outfile = process.argv[2] ?? join(folder, "dist/xgt.mjs");

const options = {
  ...wholeProgram,
  absWorkingDir: folder,
  entryPoints: ["src/bin.ts"],
  outfile,
  // Node reads all of the file before it runs any of it: a quarter of its bytes is a tenth of the start.
  minify: true,
  legalComments: "none",
  metafile: true,
  banner: { js: `#!/usr/bin/env node\n${wholeProgram.banner.js}` },
};

/** The licences of the packages that are inside, as a comment at the end. */
function licences(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input);
    if (match !== null) packages.add(join(folder, match[1]));
  }
  return [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"]
      .map((n) => join(path, n))
      .find((p) => existsSync(p));
    const text = file === undefined ? license : readFileSync(file, "utf8").trim();
    return `/* Contains ${name} ${version}:\n${text.replaceAll("*/", "* /")}\n*/`;
  });
}

try {
  const { metafile } = await build({ ...options, write: false });
  await build({ ...options, footer: { js: licences(metafile).join("\n") } });
  chmodSync(outfile, 0o755);
} catch {
  // esbuild has already said what is wrong.
  process.exitCode = 1;
}

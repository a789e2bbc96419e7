// Builds the whole command into one file that needs no node_modules beside it: node bundle.mjs [FILE]
// The program (src/program/run-program.ts) is a comment in it that src/start.ts has V8 compile, or take from its own cache.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { wholeProgram } from "../../tools/node-build.mjs";
import { buildProgram } from "../../tools/program-build.mjs";
import { PROGRAM } from "../../tools/text-imports.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
const outfile = process.argv[2] ?? join(folder, "dist/xgt.mjs");

/** Commander could start other programs as commands. Ours are none, and loading what it would need costs each start. */
const noOtherPrograms = {
  name: "no-other-programs",
  setup(build) {
    const filter = /^node:child_process$/;
    build.onResolve({ filter }, ({ path, importer }) =>
      importer.includes("/commander/") ? { path, namespace: "unused" } : undefined,
    );
    build.onLoad({ filter, namespace: "unused" }, () => ({ contents: "" }));
  },
};

const common = {
  ...wholeProgram,
  absWorkingDir: folder,
  // Node reads all of the file before it runs any of it: a quarter of its bytes is a tenth of the start.
  minify: true,
  legalComments: "none",
  write: false,
};

/** The program as a function of `require` that gives its module. */
const program = {
  ...common,
  plugins: [...common.plugins, noOtherPrograms],
  entryPoints: ["src/program/run-program.ts"],
  format: "iife",
  globalName: "program",
  banner: { js: "(function(require){" },
  footer: { js: "return program})" },
  // A text that is no module's cannot import: what it loads later lies in it.
  supported: { "dynamic-import": false },
  metafile: true,
};

/** What the comment that holds the program begins with. */
const PROGRAM_MARK = "//xgt-program ";
/** Stands for each line end of the program's text there. */
const LINE_END = "\f";

/** How start.ts finds the program: program-text.ts declares these. */
function programPlace(text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const place = { XGT_PROGRAM_HASH: hash, XGT_PROGRAM_MARK: PROGRAM_MARK, XGT_LINE_END: LINE_END };
  return Object.fromEntries(Object.entries(place).map(([name, value]) => [name, JSON.stringify(value)]));
}

/** The program's text as a comment of one line, which V8 passes over faster than over anything else. */
function programComment(text) {
  const odd = /[^\0-\x7f]|\f/.exec(text);
  // In strings esbuild writes escapes, in regular expressions what the source has.
  if (odd !== null)
    throw new Error(
      `${JSON.stringify(odd[0])} in the program, write an escape: ${text.slice(odd.index - 40, odd.index + 20)}`,
    );
  return PROGRAM_MARK + text.trimEnd().replaceAll("\n", LINE_END);
}

/** The licences of the packages that are inside, as a comment at the end. */
async function licences(metafile) {
  const packages = new Set();
  const add = (path) => {
    const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path);
    if (match !== null) packages.add(resolve(folder, match[1]));
  };
  for (const input of Object.keys(metafile.inputs)) {
    if (!input.startsWith(`${PROGRAM}:`)) add(input);
    else (await buildProgram(resolve(folder, input.slice(PROGRAM.length + 1)))).inputs.forEach(add);
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
  const { metafile, outputFiles } = await build(program);
  const { text } = outputFiles[0];
  await build({
    ...common,
    entryPoints: ["src/start.ts"],
    outfile,
    define: programPlace(text),
    banner: { js: "#!/usr/bin/env node" },
    footer: { js: [...(await licences(metafile)), programComment(text)].join("\n") },
    write: true,
  });
  chmodSync(outfile, 0o755);
} catch (error) {
  // esbuild has already said what is wrong.
  if (error.errors === undefined) console.error(error);
  process.exitCode = 1;
}

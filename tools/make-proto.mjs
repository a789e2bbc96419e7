// Makes the JavaScript that encodes and decodes protobuf messages from their .proto: node tools/make-proto.mjs [--check]
// What is made is kept, so that nothing waits for a build; --check, which each build does, says where it is not what is made now.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const compiler = createRequire(import.meta.url).resolve("protobufjs-cli/bin/pbjs");
const OPTIONS = [
  ...["--target", "static-module", "--wrap", "esm", "--es6", "--dependency", "protobufjs/minimal.js"],
  ...["--no-create", "--no-verify", "--no-convert", "--no-delimited", "--no-typeurl", "--no-service"],
  "--force-number",
];

/** Each schema, and where its module lies; beside that, its types. */
export const modules = [
  {
    proto: "packages/hypercall-log/proto/hypercall_log.proto",
    module: "packages/hypercall-log/src/formats/xhl/generated/hypercall-log.js",
  },
  {
    proto: "packages/report/proto/perfetto_trace.proto",
    module: "packages/report/src/perfetto/generated/perfetto-trace.js",
  },
];

/** What is made of a schema: the module's text, and its types'. */
export function madeOf({ proto, module }) {
  const folder = mkdtempSync(join(tmpdir(), "xgt-proto-"));
  const schema = join(root, proto);
  const name = module.replace(/.*\/|\.js$/g, "");
  const made = join(folder, "made.js");
  try {
    execFileSync(process.execPath, [compiler, ...OPTIONS, "--root", name, "--dts", "-o", made, schema]);
    const head = `// Made of proto/${proto.replace(/.*\//, "")} by tools/make-proto.mjs.\n`;
    return [made, made.replace(/\.js$/, ".d.ts")].map((file) => head + readFileSync(file, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files that a module consists of, as paths from the workspace's root. */
export function filesOf({ module }) {
  return [module, module.replace(/\.js$/, ".d.ts")];
}

/** The files of all modules that are not what is made now: `{ path, text }`. */
export function staleFiles(among = modules) {
  return among.flatMap((one) => {
    const texts = madeOf(one);
    return filesOf(one)
      .map((path, i) => ({ path, text: texts[i] }))
      .filter(({ path, text }) => textAt(join(root, path)) !== text);
  });
}

function textAt(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // A package's build looks at its own.
  const here = relative(root, process.cwd()).replaceAll("\\", "/");
  const stale = staleFiles(modules.filter(({ proto }) => here === "" || proto.startsWith(`${here}/`)));
  const isCheck = process.argv.includes("--check");
  for (const { path, text } of stale) {
    if (isCheck) console.error(`${path}: it is not what its .proto gives; run node tools/make-proto.mjs`);
    else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }
  if (isCheck && stale.length > 0) process.exit(1);
}

// Holds the bindings of every release's own headers against their languages' compilers: all five languages, every
// architecture that the tree has.
//
//   node tools/run-ts.mjs tools/check-bindings.ts --git DIR [--release V]... [--lang NAME]...
//   node tools/run-ts.mjs tools/check-bindings.ts --tree DIR --arch ARCH... [--guest] [--lang NAME]...   a copy of the headers
//
// Prints a line for each tree and architecture, and what a language left out. A language without its compiler here is said.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type Abi,
  type ArchitectureName,
  architectures,
  bind,
  HeaderReader,
  type Mode,
  modelSources,
  readHeaderTree,
  targets,
} from "../packages/hypercall-abi/src/index.ts";
import {
  arm32Compiler,
  arm64Compiler,
  goCompiler,
  hostCompiler,
  hostCxxCompiler,
  inFolder,
  pythonInterpreter,
  rustCompiler,
  rustEdition,
} from "../packages/hypercall-abi/tests/targets/toolchain.ts";
import { compileTypeScript } from "../packages/hypercall-abi/tests/targets/typescript-module.ts";
import { unpackHeaders } from "./unpack-headers.ts";

const { values } = parseArgs({
  options: {
    git: { type: "string" },
    tree: { type: "string" },
    arch: { type: "string", multiple: true },
    guest: { type: "boolean" },
    release: { type: "string", multiple: true },
    lang: { type: "string", multiple: true },
  },
});

type Check = (text: string, arch: ArchitectureName) => string;

const strict = ["-Wall", "-Wextra", "-Wpedantic", "-fsyntax-only"];
const goArchitectures = { arm64: "arm64", arm32: "arm", x86_64: "amd64", x86_32: "386" } as const;

function runIn(files: Record<string, string>, command: string | undefined, ...options: string[]): string {
  if (command === undefined) return "no compiler here";
  return inFolder(files, (_, run) => {
    const { status, stdout, stderr } = run(command, ...options);
    return status === 0 && stderr === "" ? "" : `${status}: ${stderr}${stdout}`;
  });
}

function checkC(text: string, arch: ArchitectureName): string {
  const files = { "xen.h": text, "use.c": '#include "xen.h"\n' };
  const width = arch === "x86_32" ? "-m32" : "-O0";
  const compiler = { arm64: arm64Compiler, arm32: arm32Compiler, x86_64: hostCompiler, x86_32: hostCompiler }[
    arch
  ];
  const inC = runIn(files, compiler, "-std=c11", ...strict, width, "use.c");
  if (inC !== "" || !arch.startsWith("x86")) return inC;
  return runIn(
    { ...files, "use.cc": files["use.c"] },
    hostCxxCompiler,
    "-std=c++17",
    ...strict,
    width,
    "use.cc",
  );
}

function checkTypeScript(text: string): string {
  const said = compileTypeScript(text);
  if (said !== "") return said;
  const [bundler, script] = [
    "node_modules/esbuild/bin/esbuild",
    'import("./xen.mjs").then((m) => m.checkBindings())',
  ];
  return inFolder({ "xen.ts": text }, (_, run) => {
    const made = run(join(process.cwd(), bundler), "xen.ts", "--outfile=xen.mjs", "--log-level=error");
    return `${made.stderr}${run(process.execPath, "-e", script).stderr}`;
  });
}

/** What each language's compiler says; empty: nothing. */
const checks: Readonly<Record<string, Check>> = {
  c: checkC,
  rust: (text) =>
    runIn(
      { "xen.rs": text, "lib.rs": "#![no_std]\npub mod xen;\n" },
      rustCompiler,
      ...["--edition", rustEdition, "--crate-type", "lib", "--emit", "metadata", "-D", "warnings", "lib.rs"],
    ),
  go: (text, arch) =>
    goCompiler === undefined
      ? "no compiler here"
      : runIn({ "xen.go": text }, "env", `GOARCH=${goArchitectures[arch]}`, goCompiler, "vet", "."),
  python: (text) => runIn({ "xen.py": text, "use.py": "import xen\n" }, pythonInterpreter, "-B", "use.py"),
  typescript: checkTypeScript,
};

function checkModel(abi: Abi): string[] {
  const wrong: string[] = [];
  for (const target of targets) {
    if (values.lang !== undefined && !values.lang.includes(target.name)) continue;
    try {
      const { text, leftOut } = bind(target, abi, {}, { prefix: "" });
      for (const { name, why } of leftOut)
        process.stdout.write(`  ${target.name} leaves out ${name}: ${why}\n`);
      const said = checks[target.name](text, abi.arch);
      if (said !== "") wrong.push(`${target.name}: ${said.slice(0, 2000)}`);
    } catch (error) {
      wrong.push(`${target.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return wrong;
}

/** Reads a tree for one architecture and checks its bindings; how many things were wrong. */
function checkTree(title: string, reader: HeaderReader, arch: ArchitectureName, mode: Mode): number {
  const { abi, diagnostics } = reader.read({ xen: title, arch, mode });
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const wrong = checkModel(abi);
  const state = wrong.length === 0 ? "all compile" : `FAILED\n${wrong.join("\n")}`;
  const counts = `${Object.keys(abi.structs).length} structs, ${Object.keys(abi.constants).length} constants`;
  process.stdout.write(`${title} ${arch}: ${errors} errors, ${counts}, ${state}\n`);
  return wrong.length + errors;
}

function checkReleases(git: string): number {
  let failed = 0;
  for (const { xen, commit } of modelSources) {
    if (values.release !== undefined && !values.release.includes(xen)) continue;
    const folder = mkdtempSync(join(tmpdir(), "xgt-check-"));
    try {
      unpackHeaders(git, commit, folder);
      const reader = new HeaderReader(readHeaderTree(folder));
      for (const { name: arch } of architectures) {
        // Until 4.2 there was no Arm, or none whose structs had their layout.
        if (arch.startsWith("arm") && ["4.0", "4.1", "4.2"].includes(xen)) continue;
        failed += checkTree(xen, reader, arch, "tools");
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return failed;
}

function checkCopy(folder: string): number {
  const reader = new HeaderReader(readHeaderTree(folder));
  const wanted = architectures.filter(({ name }) => values.arch?.includes(name));
  return wanted.reduce(
    (failed, { name }) => failed + checkTree(folder, reader, name, values.guest ? "guest" : "tools"),
    0,
  );
}

const failed =
  values.git !== undefined
    ? checkReleases(values.git)
    : values.tree !== undefined
      ? checkCopy(values.tree)
      : undefined;
if (failed === undefined) {
  process.stderr.write(
    "usage: check-bindings.ts --git DIR | --tree DIR --arch ARCH... [--release V]... [--lang NAME]...\n",
  );
  process.exitCode = 2;
} else {
  process.stdout.write(`${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

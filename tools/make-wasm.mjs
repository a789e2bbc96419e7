// Compiles what is written in AssemblyScript: node tools/make-wasm.mjs
// The result is kept, in base64 with the source's checksum before it, so that a build needs no compiler of 100 MB.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = "assemblyscript@0.28.20";
const OPTIONS = ["-O3", "--enable", "simd", "--runtime", "stub", "--noAssert", "--importMemory"];
/** Each module: its source, what else is compiled with it, where the result goes, and the memory that it works on. */
const modules = [
  {
    folder: "packages/hypercall-log",
    sources: ["assembly/line-templates.ts"],
    target: "src/formats/templates/line-templates",
    memory: ["--memoryBase", "4096"],
  },
  {
    folder: "packages/p2m-tracker",
    sources: ["assembly/straight-kernel.ts", "src/memory/kernel-slots.ts", "src/memory/refusal-reasons.ts"],
    target: "src/straight/straight-kernel",
    memory: ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536", "--memoryBase", "32768"],
  },
];
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

for (const { folder, sources, target, memory } of modules) make(join(root, folder), sources, target, memory);

function make(folder, sources, target, memory) {
  const made = mkdtempSync(join(tmpdir(), "xgt-wasm-"));
  try {
    const wasm = join(made, "module.wasm");
    const options = [...OPTIONS, ...memory, "-o", wasm];
    execFileSync("npx", ["--yes", "--package", COMPILER, "asc", join(folder, sources[0]), ...options], {
      stdio: "inherit",
    });
    const code = readFileSync(wasm).toString("base64");
    writeFileSync(join(folder, `${target}.wasm.txt`), `${code.replace(/.{100}/g, "$&\n")}\n`);
    const sums = sources.map((source) => {
      const sum = createHash("sha256")
        .update(readFileSync(join(folder, source)))
        .digest("hex");
      return `${sum}  ${source}\n`;
    });
    writeFileSync(join(folder, `${target}.wasm.sha256`), sums.join(""));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

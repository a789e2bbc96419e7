// Compiles what is written in AssemblyScript: node tools/make-wasm.mjs
// The result is kept, in base64 with the source's checksum before it, so that a build needs no compiler of 100 MB.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = "assemblyscript@0.28.20";
const OPTIONS = [
  "-O3",
  "--enable",
  "simd",
  "--runtime",
  "stub",
  "--noAssert",
  "--importMemory",
  "--memoryBase",
  "4096",
];
const folder = join(dirname(fileURLToPath(import.meta.url)), "../packages/hypercall-log");
const source = join(folder, "assembly/line-templates.ts");
const target = join(folder, "src/formats/templates");

const made = mkdtempSync(join(tmpdir(), "xgt-wasm-"));
try {
  const wasm = join(made, "module.wasm");
  execFileSync("npx", ["--yes", "--package", COMPILER, "asc", source, ...OPTIONS, "-o", wasm], {
    stdio: "inherit",
  });
  const code = readFileSync(wasm).toString("base64");
  writeFileSync(join(target, "line-templates.wasm.txt"), `${code.replace(/.{100}/g, "$&\n")}\n`);
  const sum = createHash("sha256").update(readFileSync(source)).digest("hex");
  writeFileSync(join(target, "line-templates.wasm.sha256"), `${sum}  assembly/line-templates.ts\n`);
} finally {
  rmSync(made, { recursive: true, force: true });
}

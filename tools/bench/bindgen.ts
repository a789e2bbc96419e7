// Bindings of one header tree by `xgt bindgen rust` and by rust-bindgen, in one run: time, size, and what is in them.
//
//   npm run build && node tools/run-ts.mjs tools/bench/bindgen.ts [DIR] [RUNS]
//
// DIR: a folder with Xen's public headers (default: Debian's libxen-dev). Needs bindgen and libclang; each program is a
// fresh process, and the two take turns.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Abi, HeaderReader, readHeaderTree } from "@xgt/hypercall-abi";

const [folder = "/usr/include/xen", runs = "5"] = process.argv.slice(2);
const xgt = resolve("packages/cli/dist/xgt.mjs");

interface Measured {
  readonly name: string;
  readonly seconds: number;
  readonly text: string;
}

/** What a file of Rust bindings says of the headers' constants. */
interface Content {
  readonly right: number;
  readonly wrong: readonly string[];
  readonly missing: readonly string[];
}

function run(command: string, args: readonly string[], cwd: string): { seconds: number; text: string } {
  const start = process.hrtime.bigint();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (error !== undefined || status !== 0)
    throw new Error(`${command}: ${error?.message ?? stderr.slice(0, 2_000)}`);
  return { seconds, text: stdout };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** The same headers in the same order, for the other program. */
function wrapperOf(abi: Abi): string {
  const includes = abi.headers.map((header) => `#include "${header}"`);
  return ["#include <stdint.h>", "#include <string.h>", "#define __XEN_TOOLS__ 1", ...includes, ""].join(
    "\n",
  );
}

function contentOf(abi: Abi, text: string): Content {
  const found = new Map<string, bigint>();
  for (const [, name, type, value] of text.matchAll(/^pub const (\w+): (?:[:\w]+::)?(\w+) =\s+(-?\w+);/gm)) {
    if (/^(?:[iu]\d+|c_u?(?:int|long))$/.test(type))
      found.set(name, BigInt(value.replace(/^-(.*)/, "$1")) * (value.startsWith("-") ? -1n : 1n));
  }
  const wrong: string[] = [];
  const missing: string[] = [];
  let right = 0;
  for (const [name, constant] of Object.entries(abi.constants)) {
    if (constant.from === "enum") continue;
    const value = found.get(name);
    if (value === undefined) missing.push(name);
    else if (value === BigInt(constant.value)) right++;
    else wrong.push(name);
  }
  return { right, wrong, missing };
}

function row(measured: Measured, content: Content): string {
  const { name, seconds, text } = measured;
  const cells = [
    name,
    `${seconds.toFixed(2)} s`,
    `${(text.length / 1e6).toFixed(2)} MB`,
    String(text.split("\n").length - 1),
    String(content.right),
    String(content.wrong.length),
    String(content.missing.length),
    String(new Set(text.match(/\w*__bindgen_ty_\d+/g) ?? []).size),
  ];
  return `| ${cells.join(" | ")} |`;
}

function main(): void {
  for (const [what, there] of [
    [xgt, existsSync(xgt)],
    ["bindgen", spawnSync("bindgen", ["--version"]).status === 0],
    [folder, existsSync(folder)],
  ] as const) {
    if (!there) throw new Error(`${what} is not here`);
  }
  const tree = readHeaderTree(folder);
  const { abi } = new HeaderReader(tree).read({ xen: "bench", arch: "arm64", mode: "tools" });
  const work = mkdtempSync(join(tmpdir(), "xgt-bench-"));
  try {
    writeFileSync(join(work, "wrapper.h"), wrapperOf(abi));
    // arch-arm/smccc.h asks for "public/xen.h".
    mkdirSync(join(work, "include"));
    symlinkSync(resolve(tree.root), join(work, "include/public"));
    const clang = [
      "--target=aarch64-linux-gnu",
      "-iquote",
      resolve(tree.root),
      "-iquote",
      join(work, "include"),
    ];
    const programs = [
      {
        name: "xgt bindgen rust --headers",
        command: process.execPath,
        args: [xgt, "bindgen", "rust", "--headers", resolve(folder)],
      },
      {
        name: "xgt bindgen rust --xen 4.17",
        command: process.execPath,
        args: [xgt, "bindgen", "rust", "--xen", "4.17"],
      },
      { name: "bindgen (rust-bindgen)", command: "bindgen", args: ["wrapper.h", "--", ...clang] },
    ];
    const times = programs.map((): number[] => []);
    const texts: string[] = [];
    for (let i = 0; i < Number(runs); i++) {
      programs.forEach(({ command, args }, at) => {
        const { seconds, text } = run(command, args, work);
        times[at].push(seconds);
        texts[at] = text;
      });
    }
    const lines = programs.map(({ name }, i) =>
      row({ name, seconds: median(times[i]), text: texts[i] }, contentOf(abi, texts[i])),
    );
    const head =
      "| | time | size | lines | #define constants right | wrong | missing | names __bindgen_ty_N |";
    process.stdout.write([head, "|---|--:|--:|--:|--:|--:|--:|--:|", ...lines, ""].join("\n"));
    const theirs = contentOf(abi, texts[2]);
    process.stdout.write(
      `bindgen's wrong: ${theirs.wrong.join(", ")}\nmissing, for example: ${theirs.missing.slice(0, 8).join(", ")}\n`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

main();

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The first of these programs that starts here, or undefined. */
export function firstPresent(names: readonly string[], versionOption = "--version"): string | undefined {
  return names.find((name) => spawnSync(name, [versionOption]).status === 0);
}

export const hostCompiler = firstPresent(["gcc", "cc"]);
export const hostCxxCompiler = firstPresent(["g++", "c++"]);
export const arm64Compiler = firstPresent(["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-gcc-12"]);
export const arm32Compiler = firstPresent(["arm-linux-gnueabihf-gcc", "arm-linux-gnueabi-gcc"]);
export const rustCompiler = firstPresent(["rustc"]);
/** The newest edition that the compiler here takes: 2024 from Rust 1.85 on. */
export const rustEdition = rustCompiler !== undefined && minorOf(rustCompiler) >= 85 ? "2024" : "2021";
/** Clippy without cargo, and the maker of documentation: what they say is a fault of the generated text. */
export const rustLinter = firstPresent(["clippy-driver"]);
export const rustDocumenter = firstPresent(["rustdoc"]);
export const rustFormatter = firstPresent(["rustfmt"]);
export const goCompiler = firstPresent(["go"], "version");
export const goFormatter = goCompiler === undefined ? undefined : "gofmt";
export const pythonInterpreter = firstPresent(["python3"]);

function minorOf(compiler: string): number {
  return Number(
    /^rustc 1\.(\d+)/.exec(spawnSync(compiler, ["--version"], { encoding: "utf8" }).stdout)?.[1] ?? 0,
  );
}

/** The name of a test, with what is missing when it is skipped. */
export function titled(title: string, tool: string | undefined, missing: string): string {
  return tool === undefined ? `${title} (skipped: no ${missing} here)` : title;
}

/** Text and exit status of a program. */
export interface ToolRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Go's own libraries, compiled once for a process. */
let goCache: string | undefined;

function goCacheFolder(): string {
  if (goCache === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "xgt-go-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    goCache = folder;
  }
  return goCache;
}

/** A folder that is gone after the work. */
export function inFolder<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string, run: (command: string, ...args: string[]) => ToolRun) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "xgt-bindings-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return work(folder, (command, ...args) =>
      spawnSync(command, args, {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, GOCACHE: goCacheFolder(), GO111MODULE: "off", GOFLAGS: "" },
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { programFiles } from "../src/machine/program-files.ts";

const READELF = "aarch64-linux-gnu-readelf";
let root = "";
const path = process.env.PATH;

/** A file whose text is what readelf's stand-in prints: the libraries that it needs. */
function elf(name: string, ...needed: string[]): void {
  const text = needed.map((library) => ` 0x1 (NEEDED)  Shared library: [${library}]\n`).join("");
  writeFileSync(join(root, name), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "xgt-programs-"));
  mkdirSync(join(root, "tools"));
  writeFileSync(join(root, "tools", READELF), '#!/bin/sh\nexec cat "$2"\n', { mode: 0o755 });
  process.env.PATH = `${join(root, "tools")}:/bin:/usr/bin`;
  mkdirSync(join(root, "usr/lib/arm"), { recursive: true });
  elf("usr/program", "libone.so.1", "libc.so.6");
  elf("usr/lib/arm/libone.so.1.2.3", "libc.so.6");
  symlinkSync("libone.so.1.2.3", join(root, "usr/lib/arm/libone.so.1"));
  elf("usr/lib/arm/libc.so.6");
  elf("usr/lib/arm/libunwind.so.1");
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(root, { recursive: true });
});

describe("programFiles", () => {
  it("takes programs, the libraries of their libraries, and those that are loaded later", async () => {
    const entries = await programFiles(root, ["usr/program"], ["libunwind.so.1"]);
    const names = entries.map((entry) => entry.path).sort();
    expect(names).toEqual(["bin/program", "lib/libc.so.6", "lib/libone.so.1", "lib/libunwind.so.1"]);
    for (const entry of entries) expect(entry).toMatchObject({ kind: "file", executable: true });
    expect(`${entries.find((entry) => entry.path === "lib/libone.so.1")?.content}`).toContain("[libc.so.6]");
  });

  it("names the program or library that is missing", async () => {
    await expect(programFiles(root, ["usr/none"], [])).rejects.toThrow(
      /usr\/none: no fetched package has it/,
    );
    elf("usr/lib/arm/libone.so.1.2.3", "libtwo.so");
    await expect(programFiles(root, ["usr/program"], [])).rejects.toThrow(/libone\.so\.1 needs libtwo\.so/);
  });

  it.runIf(spawnSync("aarch64-linux-gnu-gcc", ["--version"]).status === 0)(
    "reads what readelf prints",
    async () => {
      process.env.PATH = path;
      const libc = spawnSync("aarch64-linux-gnu-gcc", ["-print-file-name=libm.so.6"])
        .stdout.toString()
        .trim();
      mkdirSync(join(root, "m"));
      symlinkSync(libc, join(root, "m/program"));
      rmSync(join(root, "usr/lib/arm/libc.so.6"));
      await expect(programFiles(root, ["m/program"], [])).rejects.toThrow(/m\/program needs libc\.so\.6/);
    },
  );
});

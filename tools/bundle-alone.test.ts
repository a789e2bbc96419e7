import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { code, testKernel } from "../packages/lab/tests/kernel-files.ts";

const packages = join(import.meta.dirname, "../packages");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-alone-"));
  execFileSync(process.execPath, ["bundle.mjs", join(folder, "xgt.mjs")], { cwd: join(packages, "cli") });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the bundle in its folder, which holds nothing of the workspace. */
function xgt(...args: string[]): string {
  const options = { cwd: folder, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["xgt.mjs", ...args], options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("xgt.mjs alone in an empty folder", () => {
  it("lists every scenario of the lab", () => {
    const scripts = readdirSync(join(packages, "lab/guest/scenarios"));
    const listed = xgt("lab", "list").trimEnd().split("\n");
    expect(listed.map((line) => `${line.split(" ")[0]}.sh`)).toEqual(scripts.sort());
  });

  it("writes the capture module as it lies in the sources", () => {
    xgt("capture", "linux-module", "-o", "module");
    const source = join(packages, "lab/guest/module");
    for (const name of readdirSync(source)) {
      const [ours, theirs] = [join(source, name), join(folder, "module", name)].map((path) =>
        readFileSync(path),
      );
      expect(theirs.equals(ours), name).toBe(true);
    }
  });

  it("writes the scripts for a kernel's kprobes", () => {
    const { image, symbols } = testKernel([
      { name: "HYPERVISOR_memory_op", body: [code.ret] },
      { name: "privcmd_call", body: [code.ret] },
      { name: "privcmd_ioctl", body: [code.nop, "privcmd_call", code.ret] },
      { name: "gnttab_map", body: [code.movToW0(7), "HYPERVISOR_memory_op", code.ret] },
    ]);
    writeFileSync(join(folder, "vmlinuz"), image);
    writeFileSync(join(folder, "kallsyms"), symbols);
    xgt("capture", "kprobes", "--image", "vmlinuz", "--symbols", "kallsyms", "-o", "probes");
    expect(readFileSync(join(folder, "probes/start.sh"), "utf8")).toContain("'gnttab_map+0x4'");
  });
});

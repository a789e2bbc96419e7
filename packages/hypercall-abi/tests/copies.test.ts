import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type ArchitectureName,
  auditRust,
  bind,
  fieldOf,
  HeaderReader,
  headerTreeOf,
  isUnread,
  type ReadResult,
  readHeaderTree,
  structOf,
  targets,
} from "../src/index.ts";
import { placesOf } from "./read-text.ts";

/** Reads what lies at `below` in a folder with these files. */
function readFolder(files: Record<string, string>, below: string, arch: ArchitectureName): ReadResult {
  const folder = mkdtempSync(join(tmpdir(), "xgt-copy-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return new HeaderReader(readHeaderTree(join(folder, below))).read({ xen: "copy", arch, mode: "guest" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const readFiles = (files: Record<string, string>, arch: ArchitectureName = "arm64"): ReadResult =>
  new HeaderReader(headerTreeOf("copy", Object.entries(files))).read({ xen: "copy", arch, mode: "guest" });

describe("a copy in a kernel's tree", () => {
  const kernel = {
    "include/xen/interface/xen.h":
      "#include <asm/xen/interface.h>\nstruct vcpu_info { int a; struct arch_vcpu_info arch; };\n" +
      "struct shared_info { struct vcpu_info vcpu_info[MAX_VIRT_CPUS]; };\n",
    "include/xen/arm/interface.h": "#define MAX_VIRT_CPUS 1\nstruct arch_vcpu_info { };\n",
    "arch/arm64/include/asm/xen/interface.h": "#include <xen/arm/interface.h>\n",
    "arch/x86/include/asm/xen/interface.h":
      "#include <linux/types.h>\n#define MAX_VIRT_CPUS 32\nstruct arch_vcpu_info { unsigned long cr2; };\n",
    "include/xen/xen.h": "struct of_the_kernel { int a; };\n",
  };

  test.each([".", "include/xen", "include/xen/interface"])(
    "is read with its architecture's part: %s",
    (at) => {
      for (const [arch, size, cpus] of [
        ["arm64", 4, 1],
        ["x86_64", 16, 32],
        ["x86_32", 8, 32],
      ] as const) {
        const result = readFolder(kernel, at, arch);
        expect(placesOf(result)).toEqual([]);
        expect(result.abi.headers).toEqual(["xen.h"]);
        expect(structOf(result.abi, "struct vcpu_info").size).toBe(size);
        expect(structOf(result.abi, "struct shared_info").size).toBe(size * cpus);
        expect(result.abi.structs["struct of_the_kernel"]).toBeUndefined();
      }
    },
  );

  test("a folder that is none takes nothing from above it", () => {
    const files = {
      "interface/xen.h": kernel["include/xen/interface/xen.h"],
      "asm/xen/interface.h": "struct a { int b; };",
    };
    expect(readFolder(files, "interface", "arm64").abi.structs["struct a"]).toBeUndefined();
  });
});

test("a copy without xen.h is found beside a project's own header of that name", () => {
  const files = {
    "xen.h": "struct of_the_project { int a; };",
    "interface/grant_table.h": "struct gnttab_copy { int a; };",
  };
  expect(Object.keys(readFolder(files, ".", "x86_64").abi.structs)).toEqual(["struct gnttab_copy"]);
});

describe("names that projects leave to their own headers", () => {
  test("a handle of VOID is one of void", () => {
    const text =
      "#define __HANDLE(name, type) typedef union { type *p; UINT64 q; } __guest_handle_64_##name\n" +
      "#define HANDLE(name) __HANDLE(name, name)\nHANDLE (VOID);\nstruct t { __guest_handle_64_void buffer; };\n";
    expect(placesOf(readFiles({ "xen.h": text }))).toEqual([]);
  });

  test("annotations of Linux change no layout, and its bitmaps are longs", () => {
    const text =
      "struct t { char signature[12] __nonstring; DECLARE_BITMAP(bits, 70); u32 n; u8 list[] __counted_by(n); };\n" +
      "struct p { u8 a; u32 b; } __packed;\n";
    for (const [arch, at, end] of [
      ["arm64", 16, 32],
      ["x86_32", 12, 24],
    ] as const) {
      const { abi, ...result } = readFiles({ "xen.h": text }, arch);
      expect(placesOf({ abi, ...result })).toEqual([]);
      expect(fieldOf(abi, "struct t", "bits").offset).toBe(at);
      expect(fieldOf(abi, "struct t", "n").offset).toBe(end);
      expect(structOf(abi, "struct p").size).toBe(5);
    }
  });

  test("a handle of an integer by a project's name for it", () => {
    const text = "DEFINE_GUEST_HANDLE_STRUCT(t);\nstruct t { GUEST_HANDLE(u64) list; };\n";
    const { abi } = readFiles({ "xen.h": text });
    for (const target of targets)
      expect(bind(target, abi, {}, { prefix: "" }).leftOut, target.name).toEqual([]);
  });
});

test("a header is read inside of the one that includes it, though neither can be read whole", () => {
  const { abi } = readFiles({
    "a/part.h": "#ifndef PART\n#define PART\nSAVE(one, struct one);\nstruct lost { mystery_t a; };\n#endif\n",
    "part.h":
      '#define SAVE(name, type) struct save_##name { int t; }\nstruct one { int a; };\n#include "a/part.h"\n',
  });
  expect(Object.keys(abi.structs)).toEqual(["struct one", "struct save_one"]);
  expect(abi.unmodelled.filter(isUnread).map(({ name }) => name)).toEqual(["struct lost"]);
});

test("what cannot be read is named where it was asked for, and nothing else is lost", () => {
  const result = readFiles({
    "xen.h": "struct lost { mystery_t a; };\nstruct kept { int a; };\n#define ONE 1\n",
  });
  expect(result.isFollowed).toBe(true);
  const unread = (options: { only?: string[]; exclude?: string[] }): string[] =>
    bind(targets[0], result.abi, options, { prefix: "" })
      .unmodelled.filter(isUnread)
      .map(({ name }) => name);
  expect(unread({})).toEqual(["struct lost"]);
  expect(unread({ only: ["lost", "kept"] })).toEqual(["struct lost"]);
  expect(unread({ only: ["kept"] })).toEqual([]);
  expect(unread({ exclude: ["lost"] })).toEqual([]);
  const broken = readFiles({ "xen.h": '#include "absent.h"\nstruct kept { int a; };\n' });
  expect(broken.isFollowed).toBe(false);
});

test("constants of Rust over several lines, of a type's width, and those that are no numbers", () => {
  const module =
    "#[repr(C)]\npub struct SharedInfo { pub evtchn_pending: [u64; u64::BITS as usize] }\n" +
    "const A: u32 = 1;\npub const EMULATE: u32 = A\n    | 2\n    | 4;\n" +
    'pub const NO: Error = Error { num: libc::EINVAL, name: "EINVAL" };\npub const LIST: &[Error] = &[NO];\n';
  const report = auditRust("copy", new Map([["sys.rs", module]]), { arch: "arm64" });
  expect(report.unmodelled).toEqual([]);
  expect(report.structs).toBe(1);
  expect(report.drift.find((d) => d.change.name === "EMULATE")?.change.value?.[1]).toBe("7");
});

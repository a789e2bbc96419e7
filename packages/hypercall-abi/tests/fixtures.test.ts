import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fieldOf, HeaderReader, type ReadResult, readHeaderTree } from "../src/index.ts";
import { constantText, placesOf } from "./read-text.ts";

const reader = new HeaderReader(readHeaderTree(fileURLToPath(new URL("fixtures/public", import.meta.url))));
const read = (arch: "arm64" | "arm32" | "x86_64" | "x86_32", mode: "tools" | "guest" = "tools"): ReadResult =>
  reader.read({ xen: "fixture", arch, mode });
const arm64 = read("arm64");
const guest = read("arm64", "guest");

describe("finding the headers", () => {
  test("xen.h is first, a header that needs another comes after it, other architectures and devices stay out", () => {
    expect(arm64.diagnostics).toEqual([]);
    expect(arm64.abi.headers[0]).toBe("xen.h");
    expect(arm64.abi.headers.at(-1)).toBe("io/early.h");
    expect(arm64.skipped).toEqual([
      { file: "arch-x86/xen.h", reason: "of another architecture" },
      { file: "evtchn.h", reason: "a device interface of the guest's kernel" },
      { file: "sys/device.h", reason: "in sys/, not Xen's interface" },
      { file: "old-ops.h", reason: '#error "old-ops.h is for old code"' },
    ]);
  });

  test("a header that refuses the mode leaves nothing behind", () => {
    expect(guest.skipped.map((s) => s.file)).toContain("tools-only.h");
    expect(guest.abi.constants.FX_CTL_create).toBeUndefined();
    expect(guest.abi.structs["struct fx_core_regs"]).toBeUndefined();
    expect(arm64.abi.constants.FX_CTL_create?.within).toBe("struct fx_ctl");
  });

  test("an include with the folder's own name in front is found", () => {
    expect(constantText(arm64, "FX_EXTRA_MINOR")).toBe("1 int");
  });
});

describe("declarations", () => {
  test("guest handles are 8 bytes on Arm, a pointer on x86", () => {
    expect(fieldOf(arm64.abi, "struct fx_reservation", "frames")).toMatchObject({ size: 8, handle: true });
    expect(fieldOf(read("arm32").abi, "struct fx_reservation", "frames")).toMatchObject({
      size: 8,
      handle: true,
    });
    expect(fieldOf(read("x86_32").abi, "struct fx_reservation", "frames")).toMatchObject({
      size: 4,
      handle: true,
    });
    expect(Object.keys(arm64.abi.structs).filter((name) => name.includes("handle"))).toEqual([]);
  });

  test("unnamed members add no part to the path, members of unnamed type do", () => {
    const paths = (name: string): string[] => arm64.abi.structs[name].fields.map((f) => f.path);
    expect(paths("struct fx_core_regs").slice(0, 4)).toEqual(["<anon>", "w0", "n0", "<anon>"]);
    expect(paths("struct fx_records")).toContain("list[].inner[].y");
    expect(fieldOf(arm64.abi, "struct fx_records", "list[].inner[].y")).toMatchObject({
      offset: 25,
      size: 1,
    });
    expect(paths("struct fx_info")).toContain("console.host.size");
  });

  test("arrays: two dimensions, of pointers, flexible, of length 0", () => {
    const field = (struct: string, path: string) =>
      arm64.abi.structs[struct].fields.find((f) => f.path === path);
    expect(field("struct fx_records", "grid")).toMatchObject({
      type: "uint16_t[2][3]",
      array: [2, 3],
      size: 12,
    });
    expect(field("struct fx_records", "names")).toMatchObject({
      type: "const char *[2]",
      array: [2],
      size: 16,
    });
    expect(field("struct fx_records", "call")).toMatchObject({ pointer: true, size: 8 });
    expect(field("struct fx_records", "tail")).toMatchObject({ array: [null], flexible: true, size: 0 });
    expect(field("struct fx_zero", "tail")).toMatchObject({ array: [0], flexible: true, size: 0 });
  });

  test("bit fields: position, width, unit; padding has no row", () => {
    const rows = arm64.abi.structs["struct fx_bits"].fields.map((f) => [
      f.path,
      f.offset,
      f.bitOffset,
      f.bitWidth,
    ]);
    expect(rows).toEqual([
      ["type", 0, undefined, undefined],
      ["pad", 1, 8, 1],
      ["dir", 1, 9, 1],
      ["size", 1, 10, 2],
      ["addr", 0, 12, 20],
      ["data", 4, undefined, undefined],
      ["a", 8, 64, 28],
      ["b", 8, 92, 3],
      ["c", 8, 95, 1],
      ["s", 12, 96, 5],
      ["wide", 16, 128, 33],
      ["z", 21, 168, 7],
    ]);
  });

  test("attributes and #pragma pack", () => {
    const size = (name: string): number[] => {
      const struct = arm64.abi.structs[name];
      return [struct.size, struct.align];
    };
    expect(size("struct fx_packed")).toEqual([11, 1]);
    expect(size("struct fx_aligned")).toEqual([16, 16]);
    expect(size("struct fx_half_packed")).toEqual([8, 2]);
    expect(size("struct fx_member_aligned")).toEqual([24, 8]);
    expect(size("struct fx_pragma")).toEqual([14, 2]);
    expect(size("struct fx_after_pragma")).toEqual([8, 4]);
  });

  test("types that macros make know their macro, and the ring's array the macro that took its length", () => {
    const ring = arm64.abi.structs["struct fxblk_sring"];
    expect(ring).toMatchObject({ macro: "FX_DEFINE_RING", file: "io/ring.h", line: 48 });
    expect(ring.fields.at(-1)).toMatchObject({
      path: "ring",
      flexible: true,
      macros: ["FX_FLEX", "FX_COMPAT_FLEX"],
    });
    expect(arm64.abi.structs["struct fx_save_HEAD"]).toMatchObject({ macro: "FX_SAVE_TYPE", size: 8 });
  });

  test("what is no part of an interface is listed, not dropped", () => {
    const reasons = new Map(arm64.abi.unmodelled.map((u) => [u.name, u.reason]));
    expect(reasons.get("fxpv_mask")).toBe("a function");
    expect(reasons.get("FX_LIST")).toBe("an initialiser list");
    expect(reasons.get("FX_TYPE")).toBe("names a type");
    expect(reasons.get("FX_UNKNOWN")).toBe("no number: found 'NOT_DECLARED_ANYWHERE'");
    expect(reasons.get("FX_FLOAT")).toBe("no number: a floating-point number");
    expect(reasons.get("FX_CALL")).toBe("a function-like macro");
    expect(reasons.has("FX_EMPTY")).toBe(false);
  });
});

describe("constants", () => {
  test.each([
    ["FX_ALIAS", "2 int"],
    ["FX_SHIFT", "2147483648 unsigned int"],
    ["FX_SIGNED_TOP", "-2147483648 int"],
    ["FX_ALL", "4294967295 unsigned int"],
    ["FX_ALL_LONG", "18446744073709551615 unsigned long"],
    ["FX_ALL_ULL", "18446744073709551615 unsigned long long"],
    ["FX_CAST", "4294901760 unsigned int"],
    ["FX_CAST64", "1099511627776 unsigned long"],
    ["FX_SIZE", "32 unsigned long"],
    ["FX_SIZE_RATIO", "510 unsigned long"],
    ["FX_OFFSET", "24 unsigned long"],
    ["FX_OLD_OFFSET", "16 unsigned long"],
    ["FX_CHOICE", "7 unsigned int"],
    ["FX_CHAR", "65 int"],
    ["FX_ESCAPE", "10 int"],
    ["FX_BINARY", "5 int"],
    ["FX_OCTAL", "493 int"],
    ["FX_HEX_INT", "2147483647 int"],
    ["FX_HEX_UINT", "2147483648 unsigned int"],
    ["FX_DEC_LONG", "2147483648 long"],
    ["FX_NEGATIVE", "-13 int"],
    ["FX_MODULO", "-3 int"],
    ["FX_LOGIC", "1 int"],
    ["FXMEMF_mask", "131583 unsigned int"],
    ["FXBLK_ENTRIES", "2 unsigned long"],
    ["FX_HEAD_CODE", "3 unsigned long"],
    ["FX_HEAD_BYTES", "4 unsigned long"],
    ["DOMID_SELF", "32752 unsigned int"],
    ["FX_EDEADLOCK", "35 int"],
    ["FXMEM_last", "4 int"],
  ])("%s is %s on arm64", (name, text) => {
    expect(constantText(arm64, name)).toBe(text);
  });

  test("a 32-bit compiler gives other types", () => {
    const arm32 = read("arm32");
    expect(constantText(arm32, "FX_SIZE")).toBe("32 unsigned int");
    expect(constantText(arm32, "FX_OFFSET")).toBe("24 unsigned int");
    expect(constantText(arm32, "FX_CAST64")).toBe("1099511627776 unsigned long long");
    expect(constantText(arm32, "FX_DEC_LONG")).toBe("2147483648 long long");
    expect(constantText(arm32, "FX_ALL_LONG")).toBe("4294967295 unsigned long");
  });

  test("strings are put together, lists of macros become enumerators", () => {
    expect(arm64.abi.strings.FX_TEXT).toBe("two parts");
    expect(arm64.abi.enums["enum fx_errno"]?.values).toEqual({
      FX_EPERM: 1,
      FX_ENOENT: 2,
      FX_EDEADLK: 35,
      FX_EDEADLOCK: 35,
    });
  });

  test("the interface version decides", () => {
    const old = reader.read({ xen: "fixture", arch: "arm64", mode: "guest", interfaceVersion: 0x40000 });
    expect(old.abi.hypercalls.__HYPERVISOR_sched_op).toBe(6);
    expect(guest.abi.hypercalls).toEqual({
      __HYPERVISOR_grant_table_op: 20,
      __HYPERVISOR_memory_op: 12,
      __HYPERVISOR_sched_op: 29,
      __HYPERVISOR_sched_op_old: 6,
    });
    expect(guest.abi.interfaceVersion).toBe(0x50200);
    const byDefault = reader.read({
      xen: "fixture",
      arch: "arm64",
      mode: "guest",
      interfaceVersion: "default",
    });
    expect(byDefault.abi.interfaceVersion).toBe(0);
    expect(byDefault.abi.structs["struct fx_old"]?.size).toBe(4);
  });
});

describe("back-tick comments", () => {
  test("state prototypes", () => {
    expect(arm64.abi.prototypes).toEqual({
      memory_op: {
        returns: "enum neg_errnoval",
        parameters: [
          { type: "enum memory_op", name: "cmd" },
          { type: "void *", name: "args" },
          { type: "const struct fx_block []", name: "lists" },
        ],
        file: "xen.h",
        line: 50,
      },
    });
  });

  test("group constants and link them", () => {
    expect(arm64.abi.groups.hypercall_num).toMatchObject({
      members: [
        "__HYPERVISOR_memory_op",
        "__HYPERVISOR_grant_table_op",
        "__HYPERVISOR_sched_op_old",
        "__HYPERVISOR_sched_op",
      ],
      link: { from: "__HYPERVISOR_*", to: "HYPERVISOR_*()" },
    });
    expect(arm64.abi.groups.errnoval?.members).toEqual([
      "FX_EPERM",
      "FX_ENOENT",
      "FX_EDEADLK",
      "FX_EDEADLOCK",
    ]);
  });
});

test("all architectures and modes read without a complaint", () => {
  for (const arch of ["arm64", "arm32", "x86_64", "x86_32"] as const) {
    for (const mode of ["tools", "guest"] as const) expect(placesOf(read(arch, mode))).toEqual([]);
  }
});

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fieldOf, HeaderReader, type ReadOptions, type ReadResult, readHeaderTree } from "../src/index.ts";
import { constantText, placesOf, readText } from "./read-text.ts";

/** Reads one of the trees that users had trouble with. */
function read(name: string, options: Partial<ReadOptions> = {}): ReadResult {
  const tree = readHeaderTree(fileURLToPath(new URL(`fixtures/reports/${name}`, import.meta.url)));
  return new HeaderReader(tree).read({ xen: "test", arch: "arm64", mode: "tools", ...options });
}

describe("headers of old trees", () => {
  test("a macro that names itself stays a name: a guard, or the enumerator", () => {
    const result = read("self-macro");
    expect(placesOf(result)).toEqual([]);
    expect(constantText(result, "zone_high")).toBe("1 int");
    expect(result.abi.unmodelled).toMatchObject([{ name: "PUB_GUARD_H", reason: "refers to itself" }]);
  });

  test("a typedef of a guest handle is that handle", () => {
    const { abi } = read("handle-of-typedef");
    for (const name of ["pool_op", "pool_op2"])
      expect(fieldOf(abi, name, "buf")).toMatchObject({
        offset: 8,
        size: 8,
        handle: true,
        type: "__guest_handle_char",
      });
  });

  test("## at the beginning of a line that is skipped is skipped", () => {
    const result = read("skipped-hashhash");
    expect(placesOf(result)).toEqual([]);
    expect(Object.keys(result.abi.structs)).toEqual(["struct regs"]);
  });

  test("a header for tools that says so by the type it uses alone is left out for guests", () => {
    const files = {
      "xen.h": "#ifdef __XEN_TOOLS__\n#define XEN_GUEST_HANDLE_64(n) unsigned long long\n#endif\n",
      "ops.h": "struct op { XEN_GUEST_HANDLE_64(void) a; };\n",
    };
    expect(readText(files).abi.structs["struct op"]?.size).toBe(8);
    const guest = readText(files, { mode: "guest" });
    expect(placesOf(guest)).toEqual([]);
    expect(guest.skipped).toEqual([{ file: "ops.h", reason: "for tools only: it uses XEN_GUEST_HANDLE_64" }]);
  });
});

describe("the interface version", () => {
  test("a tree that asks for another one than its latest is told", () => {
    expect(placesOf(read("iface-version"))).toEqual([
      "xen-compat.h:7:9 these headers ask for interface version 0x00000000, which has other numbers and layouts; " +
        "expected 0x00041300, the latest that they know; -D NAME=VALUE sets the macro that decides it",
    ]);
  });

  test("-D of the macro that decides it cures", () => {
    const result = read("iface-version", { defines: { CONFIG_MY_RTOS_XEN_VERSION: "0x00041300" } });
    expect(placesOf(result)).toEqual([]);
    expect(result.abi.hypercalls.__HYPERVISOR_sched_op).toBe(29);
    expect(result.abi.constants.CONFIG_MY_RTOS_XEN_VERSION).toBeUndefined();
  });

  test("who asks for a version is not told of it", () => {
    expect(placesOf(read("iface-version", { interfaceVersion: 0 }))).toEqual([]);
  });
});

describe("names that a project declares for its headers", () => {
  test("u8 to u64 are what they are everywhere", () => {
    const { abi } = read("audit-linux-types");
    expect(fieldOf(abi, "xen_mem_acquire_resource", "type")).toMatchObject({ size: 2, type: "uint16_t" });
    expect(abi.structs["struct xen_mem_acquire_resource"]?.size).toBe(16);
  });

  test("--types chooses whose names are known; what is not is told once, with the cure", () => {
    const text = "struct a { u32 x; };\nstruct b { ULONG x; ULONG y; };\nstruct c { ULONG z; };";
    expect(placesOf(readText(text))).toEqual([]);
    expect(placesOf(readText(text, { types: "linux" }))).toEqual([
      "xen.h:2:12 unknown type 'ULONG'; expected a type that a header before this one declares, or -D ULONG=TYPE, such as uint32_t",
    ]);
    expect(placesOf(readText(text, { types: "windows" }))).toHaveLength(1);
    expect(placesOf(readText(text, { types: "none" }))).toHaveLength(2);
    const cured = readText(text, { types: "linux", defines: { ULONG: "unsigned short int" } });
    expect(cured.abi.structs["struct b"]?.size).toBe(4);
  });

  test("a macro with arguments is given as C has it, and -U takes one away", () => {
    const text = "#ifdef __GNUC__\nstruct gnu { int a; };\n#endif\nHANDLE(x);\nstruct s { int b; };";
    expect(placesOf(readText(text))[0]).toContain("-D 'HANDLE(...)=...'");
    const result = readText(text, {
      defines: { "HANDLE(name)": "struct name { long name; }" },
      undefines: ["__GNUC__"],
    });
    expect(placesOf(result)).toEqual([]);
    expect(Object.keys(result.abi.structs)).toEqual(["struct s", "struct x"]);
  });

  test("headers may declare for themselves what is given, unless one has used it already in another size", () => {
    expect(
      readText("typedef unsigned long long u32;\nstruct a { u32 x; };").abi.structs["struct a"]?.size,
    ).toBe(8);
    expect(placesOf(readText("struct a { u32 x; };\ntypedef unsigned long long u32;"))).toEqual([
      "xen.h:2:28 typedef u32 is declared after headers that use it, differently; expected uint32_t, or --types none",
    ]);
  });

  test("Linux's guest handles are known: 8 bytes on Arm, a pointer on x86", () => {
    const text =
      "struct s { int a; };\nDEFINE_GUEST_HANDLE_STRUCT(s);\nstruct t { GUEST_HANDLE(s) list; GUEST_HANDLE(xen_pfn_t) p; };";
    for (const [arch, size] of [
      ["arm32", 8],
      ["x86_64", 8],
      ["x86_32", 4],
    ] as const) {
      const result = readText(text, { arch });
      expect(placesOf(result)).toEqual([]);
      expect(fieldOf(result.abi, "struct t", "list")).toMatchObject({
        size,
        handle: true,
        type: "__guest_handle_s",
      });
    }
  });
});

describe("strings", () => {
  test("escapes are the characters that they mean", () => {
    expect(read("string-escape").abi.strings.A_ESC).toBe("a\tb\u007fE");
    const { abi } = readText(
      '#define A "q\\"\\\\\\x41\\101"\n#define B "\\377"\n#define C L"x"\n#define D "\\0end"',
    );
    expect(abi.strings).toEqual({ A: 'q"\\AA', D: "\0end" });
    expect(abi.unmodelled.map((u) => [u.name, u.reason])).toEqual([
      ["B", "a string of bytes that are no text"],
      ["C", "a string of bytes that are no text"],
    ]);
  });
});

test("a single header is read with what it includes, and no neighbour", () => {
  const result = read("iface-version/xen.h", { defines: { CONFIG_MY_RTOS_XEN_VERSION: "0x00041300" } });
  expect(placesOf(result)).toEqual([]);
  expect(result.abi.headers).toEqual(["xen.h"]);
  expect(result.abi.constants.__XEN_LATEST_INTERFACE_VERSION__?.value).toBe("267008");
});

import type { Architecture } from "../../model/architecture.ts";
import type { BasicTypes, TypeUse } from "./c-types.ts";

/** Whose names of integers headers may use without declaring them; `none`: only the C library's. */
export type TypeNames = (typeof typeNameSets)[number];

/** The sets that can be asked for. */
export const typeNameSets = ["linux", "windows", "none"] as const;

/** Names by what they mean: a name of the C library, or a C type. */
type Names = readonly (readonly [meaning: string, ...names: string[]])[];

const linux: Names = [
  ["uint8_t", "u8", "__u8", "u_int8_t", "u_char", "uchar"],
  ["int8_t", "s8", "__s8"],
  ["uint16_t", "u16", "__u16", "u_int16_t", "u_short", "ushort", "__le16", "__be16"],
  ["int16_t", "s16", "__s16"],
  ["uint32_t", "u32", "__u32", "u_int32_t", "u_int", "uint", "__le32", "__be32"],
  ["int32_t", "s32", "__s32"],
  [
    "uint64_t",
    "u64",
    "__u64",
    "u_int64_t",
    "__le64",
    "__be64",
    "aligned_u64",
    "__aligned_u64",
    "uint64_aligned_t",
  ],
  ["int64_t", "s64", "__s64", "aligned_s64", "int64_aligned_t"],
  ["uintptr_t", "ulong", "u_long"],
];

const windows: Names = [
  ["uint8_t", "UINT8", "UCHAR", "BOOLEAN", "BYTE"],
  ["int8_t", "INT8"],
  ["char", "CHAR8", "CHAR"],
  ["uint16_t", "UINT16", "USHORT", "WORD", "CHAR16"],
  ["int16_t", "INT16", "SHORT"],
  ["uint32_t", "UINT32", "ULONG", "DWORD"],
  ["int32_t", "INT32", "LONG"],
  ["uint64_t", "UINT64", "ULONG64", "ULONGLONG"],
  ["int64_t", "INT64", "LONG64", "LONGLONG"],
  ["uintptr_t", "ULONG_PTR", "UINT_PTR", "UINTN", "SIZE_T"],
  ["intptr_t", "LONG_PTR", "INT_PTR", "INTN"],
];

/** What Linux's asm/xen/interface.h declares; arch-arm.h and arch-x86/xen.h are Xen's own. */
function xenNames(arch: Architecture): Names {
  return arch.name.startsWith("arm")
    ? [["uint64_t", "xen_pfn_t", "xen_ulong_t"]]
    : [["unsigned long", "xen_pfn_t", "xen_ulong_t"]];
}

const meanings: ReadonlyMap<string, string> = new Map(
  [...linux, ...windows].flatMap(([meaning, ...names]) => names.map((name) => [name, meaning] as const)),
);

/** The C library's name, or C's, of an integer that a project has a name for: `uint64_t` for `u64`. */
export function customaryMeaning(name: string): string | undefined {
  return meanings.get(name);
}

/**
 * Types that hand-kept copies use and leave to their project to declare, by name. A use is spelled as the C library would,
 * so that the model says the same of `u32` and `uint32_t`.
 *
 * @param known types of the C library
 * @param wanted undefined: everybody's, which do not contradict each other
 */
export function customaryTypes(
  known: ReadonlyMap<string, TypeUse>,
  basic: BasicTypes,
  arch: Architecture,
  wanted: TypeNames | undefined,
): Map<string, TypeUse> {
  const types = new Map<string, TypeUse>();
  if (wanted === "none") return types;
  const sets = [wanted === "windows" ? [] : linux, wanted === "linux" ? [] : windows, xenNames(arch)];
  for (const [meaning, ...names] of sets.flat()) {
    const plain = basic.byName.get(meaning);
    const use = known.get(meaning) ?? (plain && { type: plain, spelling: meaning, align: 0 });
    if (use === undefined) continue;
    for (const name of names) types.set(name, name.includes("aligned") ? { ...use, align: 8 } : use);
  }
  return types;
}

/** What EDK2 calls the processor that it builds for; its copy of xen.h asks for it. */
const edk2Architectures: Readonly<Record<Architecture["name"], string>> = {
  arm64: "MDE_CPU_AARCH64",
  arm32: "MDE_CPU_ARM",
  x86_64: "MDE_CPU_X64",
  x86_32: "MDE_CPU_IA32",
};

/**
 * What Linux's asm headers define and the headers of its copy use, as text in C: guest handles, of which Arm's are 8 bytes
 * wide and x86's are pointers, and annotations that change no layout. And EDK2's name of the architecture.
 */
export function customaryHeader(arch: Architecture, wanted: TypeNames | undefined): string {
  if (wanted === "none") return "";
  const edk2 = `#define ${edk2Architectures[arch.name]} 1\n`;
  // A macro there, too: a handle of VOID is one of void.
  if (wanted === "windows") return `${edk2}#define VOID void\n`;
  const handle = arch.name.startsWith("arm")
    ? "typedef union { type *pointer; uint64_t number __attribute__((aligned(8))); } __guest_handle_##name"
    : "typedef type *__guest_handle_##name";
  const plain = [
    "char",
    "int",
    "void",
    "xen_pfn_t",
    "xen_ulong_t",
    ...[8, 16, 32, 64].flatMap((n) => [`uint${n}_t`, `u${n}`]),
  ];
  return [
    ...["__user", "__iomem", "__force", "__bitwise", "__nonstring", "__counted_by(member)"].map(
      (name) => `#define ${name}`,
    ),
    "#define __packed __attribute__((packed))",
    "#define __aligned(bytes) __attribute__((aligned(bytes)))",
    "#define DECLARE_BITMAP(name, bits) unsigned long name[((bits) + 8 * sizeof(long) - 1) / (8 * sizeof(long))]",
    `#define __DEFINE_GUEST_HANDLE(name, type) ${handle}`,
    "#define DEFINE_GUEST_HANDLE_STRUCT(name) __DEFINE_GUEST_HANDLE(name, struct name)",
    "#define DEFINE_GUEST_HANDLE(name) __DEFINE_GUEST_HANDLE(name, name)",
    "#define GUEST_HANDLE(name) __guest_handle_##name",
    "__DEFINE_GUEST_HANDLE(uchar, unsigned char);",
    "__DEFINE_GUEST_HANDLE(uint, unsigned int);",
    "__DEFINE_GUEST_HANDLE(ulong, unsigned long);",
    ...plain.map((name) => `DEFINE_GUEST_HANDLE(${name});`),
    ...(wanted === undefined ? ["#define VOID void"] : []),
    edk2,
  ].join("\n");
}

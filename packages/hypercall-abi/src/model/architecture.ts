import type { ArchitectureName } from "./model.ts";

/** What a C compiler for Xen's guests assumes about one architecture. Little endian, all of them. */
export interface Architecture {
  /** As in `--arch`. */
  readonly name: ArchitectureName;
  /** Bytes of a pointer and of `long`. */
  readonly pointerSize: 4 | 8;
  /** Alignment of 8-byte integers inside an aggregate: 4 on i386, 8 elsewhere. */
  readonly longLongAlign: 4 | 8;
  /** Plain `char` is signed on x86 and unsigned on Arm. */
  readonly charSigned: boolean;
  /** Bytes of `long double`. */
  readonly longDoubleSize: number;
  /** Whether an unnamed bit field still aligns the aggregate: the Arm procedure call standards say so. */
  readonly unnamedBitFieldAligns: boolean;
  /** Macros that the compiler defines for this target. */
  readonly predefined: readonly (readonly [string, string])[];
  /** Headers of the public tree that belong to other architectures. */
  readonly foreignHeader: RegExp;
}

const arm64: Architecture = {
  name: "arm64",
  pointerSize: 8,
  longLongAlign: 8,
  charSigned: false,
  longDoubleSize: 16,
  unnamedBitFieldAligns: true,
  predefined: [
    ["__aarch64__", "1"],
    ["__LP64__", "1"],
  ],
  foreignHeader: /(^|\/)arch-(?!arm)/,
};

const arm32: Architecture = {
  name: "arm32",
  pointerSize: 4,
  longLongAlign: 8,
  charSigned: false,
  longDoubleSize: 8,
  unnamedBitFieldAligns: true,
  predefined: [
    ["__arm__", "1"],
    ["__ILP32__", "1"],
  ],
  foreignHeader: /(^|\/)arch-(?!arm)/,
};

const x86_64: Architecture = {
  name: "x86_64",
  pointerSize: 8,
  longLongAlign: 8,
  charSigned: true,
  longDoubleSize: 16,
  unnamedBitFieldAligns: false,
  predefined: [
    ["__x86_64__", "1"],
    ["__LP64__", "1"],
  ],
  foreignHeader: /(^|\/)arch-(?!x86)|x86_32/,
};

const x86_32: Architecture = {
  name: "x86_32",
  pointerSize: 4,
  longLongAlign: 4,
  charSigned: true,
  longDoubleSize: 12,
  unnamedBitFieldAligns: false,
  predefined: [
    ["__i386__", "1"],
    ["__ILP32__", "1"],
  ],
  foreignHeader: /(^|\/)arch-(?!x86)|x86_64/,
};

/** All architectures, the most used first. */
export const architectures: readonly Architecture[] = [arm64, arm32, x86_64, x86_32];

const byName: Readonly<Record<ArchitectureName, Architecture>> = { arm64, arm32, x86_64, x86_32 };

/** The architecture of that name. */
export function architectureOf(name: ArchitectureName): Architecture {
  return byName[name];
}

import { LabError } from "../host/lab-error.ts";
import { branchOffset } from "./arm64-code.ts";
import type { KernelSymbols } from "./kernel-symbols.ts";

/** Where an Image's first code stands, without and with an EFI header before it. */
const ENTRY_BRANCH_AT = [0, 4];
/** What lies before _stext (arch/arm64/kernel/vmlinux.lds.S@L6.12: SEGMENT_ALIGN). */
const HEAD_BYTES = 0x10000n;

/**
 * Where the Image's first byte lies in the running kernel. A kernel without CONFIG_KALLSYMS_ALL does not list _text; its
 * first code is a branch to primary_entry (arch/arm64/kernel/head.S@L6.1). Throws LabError.
 */
export function kernelBase(image: Buffer, symbols: KernelSymbols): bigint {
  const text = symbols.addresses.get("_text");
  if (text !== undefined) return text;
  const entry = symbols.addresses.get("primary_entry");
  for (const at of ENTRY_BRANCH_AT) {
    const offset = branchOffset(image.readUInt32LE(at));
    if (offset !== null && entry !== undefined) return entry - BigInt(at + offset);
  }
  const stext = symbols.addresses.get("_stext");
  if (stext !== undefined) return stext - HEAD_BYTES;
  throw new LabError("the kernel's symbol table lists none of _text, primary_entry and _stext");
}

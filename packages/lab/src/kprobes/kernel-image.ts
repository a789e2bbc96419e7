import { gunzipSync } from "node:zlib";
import { LabError } from "../lab-error.ts";
import { KERNEL_IMAGE_BYTES_MAX } from "../limits.ts";
import { branchOffset } from "./arm64-code.ts";
import type { KernelSymbols } from "./kernel-symbols.ts";

/** Linux's header of an arm64 Image has this at byte 56 (Documentation/arch/arm64/booting.rst@L6.12). */
const IMAGE_MAGIC = "ARM\x64";
const IMAGE_MAGIC_AT = 56;
/** Where its first code stands, without and with an EFI header before it. */
const ENTRY_BRANCH_AT = [0, 4];
/** What lies before _stext (arch/arm64/kernel/vmlinux.lds.S@L6.12: SEGMENT_ALIGN). */
const HEAD_BYTES = 0x10000n;
/** A kernel that unpacks itself as an EFI program (drivers/firmware/efi/libstub/zboot-header.S@L6.12). */
const ZBOOT_MAGIC = "zimg";
const ZBOOT_MAGIC_AT = 4;
const ZBOOT_PAYLOAD_AT = 8;
const ZBOOT_SIZE_AT = 12;
const ZBOOT_COMPRESSION_AT = 24;
const ZBOOT_COMPRESSION_BYTES = 32;

/** The arm64 kernel's code as it lies in memory, from a plain Image, a gzipped one or an EFI zboot. Throws LabError. */
export function plainKernelImage(file: Buffer, name: string): Buffer {
  if (file.toString("latin1", IMAGE_MAGIC_AT, IMAGE_MAGIC_AT + 4) === IMAGE_MAGIC) return file;
  if (file.length > 2 && file[0] === 0x1f && file[1] === 0x8b) {
    return plainKernelImage(unpacked(file, name), name);
  }
  if (file.toString("latin1", ZBOOT_MAGIC_AT, ZBOOT_MAGIC_AT + 4) === ZBOOT_MAGIC) {
    return plainKernelImage(unpacked(zbootPayload(file, name), name), name);
  }
  throw new LabError(`${name}: no arm64 kernel Image (no "ARMd" at byte ${IMAGE_MAGIC_AT})`);
}

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

function zbootPayload(file: Buffer, name: string): Buffer {
  if (file.length < ZBOOT_COMPRESSION_AT + ZBOOT_COMPRESSION_BYTES)
    throw new LabError(`${name}: the file ends inside its zboot header (byte ${file.length})`);
  const end = file.indexOf(0, ZBOOT_COMPRESSION_AT);
  const compression = file.toString("latin1", ZBOOT_COMPRESSION_AT, end);
  if (compression !== "gzip") {
    throw new LabError(
      `${name}: an EFI zboot kernel packed with ${compression}: give arch/arm64/boot/Image of the same build`,
    );
  }
  const start = file.readUInt32LE(ZBOOT_PAYLOAD_AT);
  return file.subarray(start, start + file.readUInt32LE(ZBOOT_SIZE_AT));
}

function unpacked(packed: Buffer, name: string): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: KERNEL_IMAGE_BYTES_MAX });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError(`${name}: the packed kernel cannot be unpacked: ${why}`);
  }
}

import type { XenRelease } from "@xgt/hypercall-abi";
import { IMAGE_HEAD_BYTES } from "../limits.ts";
import { since } from "../terms/first-releases.ts";
import type { DeviceTree } from "../tree/device-tree.ts";

/** The file behind a boot module. */
export interface ModuleFile {
  /** Name for messages. */
  readonly path: string;
  /** Bytes of the file. */
  readonly size: bigint;
  /** Its first bytes (64 are enough for a kernel). */
  readonly head: Uint8Array;
  /** Last four bytes, which tell the unpacked size of a gzip file. */
  readonly tail: Uint8Array;
  /** A partial device tree that was read. */
  readonly tree: DeviceTree | null;
}

/** Describes a file by its bytes. */
export function moduleFile(path: string, bytes: Uint8Array, tree: DeviceTree | null): ModuleFile {
  return {
    path,
    size: BigInt(bytes.length),
    head: bytes.slice(0, IMAGE_HEAD_BYTES),
    tail: bytes.slice(Math.max(0, bytes.length - 4)),
    tree,
  };
}

/** Numbers by which Xen tells kernels (arch/arm/kernel.c@master): where they stand, and their bytes. */
const UIMAGE_MAGIC = 0x27051956;
const UIMAGE_ARM = 2;
const UIMAGE_ARM64 = 22;
const UIMAGE_GZIP = 1;
const ZIMAGE64_MAGIC_V0 = 0x14000008;
const ZIMAGE32_AT = 0x24;
const ZIMAGE32_MAGIC = 0x016f2818;
const GZIP = [0x1f, 0x8b];
const IMAGE_MAGIC_AT = 56;
const IMAGE_MAGIC = "ARM\x64";
const TEXT_OFFSET_AT = 8;

/** What Xen will copy for a kernel: its size (unpacked) and offset from the start of the bank. */
export interface KernelImage {
  /** Bytes, unpacked. */
  readonly size: bigint;
  /** Bytes from the start of the bank to the image. */
  readonly textOffset: bigint;
}

/**
 * Size and offset of a kernel: arch/arm/kernel.c:kernel_zimage64_probe@master takes the module's size and the header's
 * text_offset; common/device-tree/kernel.c:kernel_decompress@master unpacks gzip first. Without the file, the module's
 * size and no offset (arm64 Linux from 5.8 on has none).
 */
export function kernelImage(moduleSize: bigint, file: ModuleFile | null): KernelImage {
  if (file === null) return { size: moduleSize, textOffset: 0n };
  const head = Buffer.from(file.head);
  if (GZIP.every((byte, i) => head[i] === byte) && file.tail.length === 4) {
    return { size: BigInt(Buffer.from(file.tail).readUInt32LE()), textOffset: 0n };
  }
  const isImage = head.subarray(IMAGE_MAGIC_AT, IMAGE_MAGIC_AT + 4).toString("latin1") === IMAGE_MAGIC;
  const size = file.size > moduleSize ? moduleSize : file.size;
  return { size, textOffset: isImage ? head.readBigUInt64LE(TEXT_OFFSET_AT) : 0n };
}

/**
 * Why Xen would not take a file for a kernel; null: it would, as far as the header tells (arch/arm/kernel.c:
 * kernel_uimage_probe, kernel_zimage64_probe, kernel_zimage32_probe@4.12..master; gzip is unpacked first, and only the
 * result is looked at).
 */
export function kernelProblem(file: ModuleFile, release: XenRelease): string | null {
  const head = Buffer.from(file.head);
  if (head.length < IMAGE_HEAD_BYTES) return `has only ${head.length} bytes`;
  if (head.readUInt32BE(0) === UIMAGE_MAGIC) return uImageProblem(head, file.size, release);
  if (GZIP.every((byte, i) => head[i] === byte)) return null;
  const isImage = head.subarray(IMAGE_MAGIC_AT, IMAGE_MAGIC_AT + 4).toString("latin1") === IMAGE_MAGIC;
  if (isImage || head.readUInt32LE(0) === ZIMAGE64_MAGIC_V0) return null;
  if (head.readUInt32LE(ZIMAGE32_AT) === ZIMAGE32_MAGIC) return null;
  if (head.toString("latin1", 1, 4) === "ELF")
    return "is an ELF file: Xen wants the flat image (objcopy -O binary)";
  return "has no header that Xen knows (arm64 Image, zImage, uImage, gzip of one of them)";
}

/** A struct image_header of U-Boot: size at 12, architecture at 29, compression at 31. */
function uImageProblem(head: Buffer, size: bigint, release: XenRelease): string | null {
  if (BigInt(head.readUInt32BE(12)) > size - BigInt(IMAGE_HEAD_BYTES)) {
    return "is a uImage whose header tells of more bytes than the file has";
  }
  const [arch, compression] = [head[29], head[31]];
  if (arch !== UIMAGE_ARM && arch !== UIMAGE_ARM64)
    return `is a uImage for architecture ${arch}, which is not Arm`;
  if (compression === 0) return null;
  if (compression !== UIMAGE_GZIP)
    return `is a uImage with compression ${compression}; Xen unpacks gzip only`;
  return release >= since.compressedUImage ? null : "is a compressed uImage, which Xen unpacks from 4.18 on";
}

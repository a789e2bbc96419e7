import type { DeviceTree } from "../tree/device-tree.ts";

/** The file behind a boot module. */
export interface ModuleFile {
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
    head: bytes.slice(0, 64),
    tail: bytes.slice(Math.max(0, bytes.length - 4)),
    tree,
  };
}

const GZIP = [0x1f, 0x8b];
const IMAGE_MAGIC_AT = 56;
const IMAGE_MAGIC = "ARM\x64";
const TEXT_OFFSET_AT = 8;

/** What Xen will copy for a kernel: its size (unpacked) and offset from the start of the bank. */
export interface KernelImage {
  readonly size: bigint;
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

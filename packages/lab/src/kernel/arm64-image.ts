import { gunzipSync } from "node:zlib";
import { LabError } from "../host/lab-error.ts";
import { KERNEL_IMAGE_BYTES_MAX } from "../limits.ts";

/** Linux's header of an arm64 Image has this at byte 56 (Documentation/arch/arm64/booting.rst@L6.12). */
const IMAGE_MAGIC = "ARM\x64";
const IMAGE_MAGIC_AT = 56;
const GZIP_MAGIC = "\x1f\x8b";
const ELF_MAGIC = "\x7fELF";
/** Linux's header of an x86 bzImage (Documentation/arch/x86/boot.rst@L6.12). */
const BZIMAGE_MAGIC = "HdrS";
const BZIMAGE_MAGIC_AT = 0x202;
/** A kernel that unpacks itself as an EFI program (drivers/firmware/efi/libstub/zboot-header.S@L6.12). */
const ZBOOT_MAGIC = "zimg";
const ZBOOT_MAGIC_AT = 4;
const ZBOOT_PAYLOAD_AT = 8;
const ZBOOT_SIZE_AT = 12;
const ZBOOT_COMPRESSION_AT = 24;
const ZBOOT_COMPRESSION_BYTES = 32;

/** Forms of a kernel's file: an Image, one that is gzipped, an EFI zboot, vmlinux, an x86 kernel, something else. */
export type ImageForm = "plain" | "gzip" | "zboot" | "elf" | "bzImage" | "other";

/** The form of a kernel's file, by its first bytes. */
export function imageForm(file: Buffer): ImageForm {
  const has = (magic: string, at: number) => file.toString("latin1", at, at + magic.length) === magic;
  if (has(IMAGE_MAGIC, IMAGE_MAGIC_AT)) return "plain";
  if (has(GZIP_MAGIC, 0)) return "gzip";
  if (has(ZBOOT_MAGIC, ZBOOT_MAGIC_AT)) return "zboot";
  if (has(BZIMAGE_MAGIC, BZIMAGE_MAGIC_AT)) return "bzImage";
  return has(ELF_MAGIC, 0) ? "elf" : "other";
}

/**
 * The arm64 kernel's code as it lies in memory, from a plain Image, a gzipped one or an EFI zboot, which may be gzipped
 * once more. `name` is the file's, for errors. Throws LabError.
 */
export function plainImage(file: Buffer, name: string): Buffer {
  let image = imageForm(file) === "gzip" ? unpacked(file, name) : file;
  if (imageForm(image) === "zboot") image = unpacked(zbootPayload(image, name), name);
  const form = imageForm(image);
  if (form === "plain") return image;
  if (form === "bzImage")
    throw new LabError(
      `${name}: an x86 kernel (bzImage): probes are placed in the code of arm64 kernels only`,
    );
  const advice = form === "elf" ? ": an ELF file; give arch/arm64/boot/Image of the same build" : "";
  throw new LabError(`${name}: no arm64 kernel Image (no "ARMd" at byte ${IMAGE_MAGIC_AT})${advice}`);
}

function zbootPayload(file: Buffer, name: string): Buffer {
  if (file.length < ZBOOT_COMPRESSION_AT + ZBOOT_COMPRESSION_BYTES)
    throw new LabError(`${name}: the file ends inside its zboot header (byte ${file.length})`);
  const field = file.subarray(ZBOOT_COMPRESSION_AT, ZBOOT_COMPRESSION_AT + ZBOOT_COMPRESSION_BYTES);
  const compression = field.toString("latin1").split("\0", 1)[0];
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

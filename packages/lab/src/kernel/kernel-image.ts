import { LabError } from "../host/lab-error.ts";
import { readBounded } from "../host/read-bounded.ts";
import { KERNEL_IMAGE_BYTES_MAX } from "../limits.ts";
import { type ImageForm, imageForm } from "./arm64-image.ts";

const BANNER = "Linux version ";
/** Bytes of the banner within which the version ends. */
const BANNER_BYTES = 256;

/** Name of a trace event that came with the others of its kind, in Linux 6.12 (include/trace/events/dma.h). */
const DMA_EVENT = "\0dma_map_sg\0";

/** What an arm64 Image says of itself. */
interface ImageFacts {
  /** "6.1.0-56-arm64", what `uname -r` prints. */
  readonly version: string;
  /** It has the events that tell of DMA. */
  readonly dmaEvents: boolean;
}

/** What Xen does not boot as a Dom0, in words. */
const otherForms: Readonly<Record<Exclude<ImageForm, "plain">, string>> = {
  elf: "an ELF file (vmlinux?)",
  gzip: "compressed (Image.gz?)",
  bzImage: "an x86 kernel (bzImage)",
  zboot: "a compressed EFI program (vmlinuz.efi)",
  other: "no arm64 Image",
};

/** Looks into an arm64 Image. Throws LabError. */
export async function imageFacts(path: string): Promise<ImageFacts> {
  const bytes = await readBounded(path, KERNEL_IMAGE_BYTES_MAX, "an arm64 Image");
  const form = imageForm(bytes);
  if (form !== "plain")
    throw new LabError(`${path} is ${otherForms[form]}: --kernel takes arch/arm64/boot/Image`);
  const version = versionOf(bytes);
  if (version !== null) return { version, dmaEvents: bytes.includes(DMA_EVENT, 0, "latin1") };
  throw new LabError(`${path} is an arm64 Image, but not Linux: it names no version`);
}

/** The version that the first banner names; the words may stand elsewhere too. */
function versionOf(bytes: Buffer): string | null {
  for (let at = bytes.indexOf(BANNER); at >= 0; at = bytes.indexOf(BANNER, at + BANNER.length)) {
    const start = at + BANNER.length;
    const match = /^(\S+) /.exec(bytes.toString("latin1", start, start + BANNER_BYTES));
    if (match !== null) return match[1];
  }
  return null;
}

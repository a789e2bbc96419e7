import { readFile } from "node:fs/promises";
import { LabError } from "./lab-error.ts";

/** Where an arm64 Image says that it is one (Documentation/arch/arm64/booting.rst), and the words. */
const MAGIC_AT = 0x38;
const MAGIC = "ARMd";
const ELF = "\x7fELF";
const GZIP = "\x1f\x8b";
const EFI_ZBOOT = "zimg";
const BANNER = /Linux version (\S+) /;

/** Name of a trace event that came with the others of its kind, in Linux 6.12 (include/trace/events/dma.h). */
const DMA_EVENT = "\0dma_map_sg\0";

/** What an arm64 Image says of itself. */
export interface ImageFacts {
  /** "6.1.0-56-arm64", what `uname -r` prints. */
  readonly version: string;
  /** It has the events that tell of DMA. */
  readonly dmaEvents: boolean;
}

/** Looks into an arm64 Image. Throws LabError. */
export async function imageFacts(path: string): Promise<ImageFacts> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new LabError(`${path} cannot be read (${error.code ?? error.message})`);
  });
  const text = bytes.toString("latin1");
  if (!text.startsWith(MAGIC, MAGIC_AT)) {
    throw new LabError(`${path} is ${whatItIs(text)}: --kernel takes arch/arm64/boot/Image`);
  }
  const version = BANNER.exec(text)?.[1];
  if (version !== undefined) return { version, dmaEvents: text.includes(DMA_EVENT) };
  throw new LabError(`${path} is an arm64 Image, but not Linux: it names no version`);
}

function whatItIs(text: string): string {
  if (text.startsWith(ELF)) return "an ELF file (vmlinux?)";
  if (text.startsWith(GZIP)) return "compressed (Image.gz?)";
  if (text.startsWith(EFI_ZBOOT, 4)) return "a compressed EFI program (vmlinuz.efi)";
  return "no arm64 Image";
}

import { open } from "node:fs/promises";
import { LabError } from "./lab-error.ts";

/** An arm64 Image, Xen's too, has its magic here (Linux Documentation/arch/arm64/booting.rst; xen/arch/arm/arm64/head.S). */
const MAGIC_AT = 56;
const MAGIC = "ARMd";

/** Refuses what QEMU would boot into silence. Throws LabError. */
export async function checkXenImage(path: string): Promise<void> {
  const magic = Buffer.alloc(MAGIC.length);
  try {
    const file = await open(path);
    try {
      await file.read(magic, 0, magic.length, MAGIC_AT);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new LabError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  if (magic.toString("latin1") !== MAGIC) {
    throw new LabError(`${path} is no arm64 Xen: --xen takes the file xen/xen of an arm64 build`);
  }
}

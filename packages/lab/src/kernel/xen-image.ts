import { LabError } from "../host/lab-error.ts";
import { readBounded } from "../host/read-bounded.ts";
import { KERNEL_IMAGE_BYTES_MAX } from "../limits.ts";
import { imageForm } from "./arm64-image.ts";

/** Refuses what QEMU would boot into silence: Xen begins as an arm64 Image does. Throws LabError. */
export async function checkXenImage(path: string): Promise<void> {
  const file = await readBounded(path, KERNEL_IMAGE_BYTES_MAX, "an arm64 Xen");
  if (imageForm(file) === "plain") return;
  throw new LabError(`${path} is no arm64 Xen: --xen takes the file xen/xen of an arm64 build`);
}

import { childNamed, type DeviceTree, stringsOf } from "../tree/device-tree.ts";

/** CPUs of the R profile that have an MPU in the place of an MMU at EL2. */
const MPU_CPUS = /^arm,cortex-r(?:52|82)/;

/**
 * Why the rules say nothing about a host; null: they do. Xen on RISC-V and on Armv8-R builds domains in other ways
 * (arch/riscv, arch/arm/mpu@master), and none of the rules was read against those.
 */
export function uncoveredHost({ root }: DeviceTree): string | null {
  const cpus = (childNamed(root, "cpus")?.children ?? []).flatMap((node) => stringsOf(node, "compatible"));
  if (cpus.some((name) => name === "riscv")) return "a RISC-V host";
  if (cpus.some((name) => MPU_CPUS.test(name))) return "a host with an MPU (Armv8-R)";
  return null;
}

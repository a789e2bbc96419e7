import { code, testKernel, testModule } from "../../packages/lab/tests/kernel-files.ts";

const { nop, ret } = code;

/** A kernel of a few functions that issue hypercalls: its Image, its symbols and a module. */
export function kernelSeeds(): { image: Buffer; symbols: Buffer; module: Buffer } {
  const { image, symbols } = testKernel([
    { name: "start", body: [ret] },
    { name: "HYPERVISOR_memory_op", body: [ret] },
    { name: "HYPERVISOR_grant_table_op", body: [ret] },
    { name: "privcmd_call", body: [ret] },
    { name: "one", body: [nop, code.movToW0(1), "HYPERVISOR_memory_op", ret] },
    { name: "two", body: [nop, "HYPERVISOR_grant_table_op", ret] },
  ]);
  const module = testModule("privcmd_ioctl", [nop, code.call(0), ret], "privcmd_call", 1);
  return { image, symbols: Buffer.from(symbols), module };
}

import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/** Xen's console; `count` is the bytes of `buffer`. xen/drivers/char/console.c:do_console_io@master. */
const consoleIoOps = subOpTable(
  { nr: 18, constants: "CONSOLEIO_", structs: "struct " },
  `
    0 write | in *buffer=char
    1 read | out *buffer=char
`,
);

/** The hypercall console_io and its sub-ops. */
export const consoleIo: Hypercall = {
  nr: 18,
  name: "console_io",
  constant: "__HYPERVISOR_console_io",
  cmdBits: 0,
  parameters: ["cmd", "count", "buffer"],
  get subOps() {
    return consoleIoOps();
  },
  onArm: true,
};

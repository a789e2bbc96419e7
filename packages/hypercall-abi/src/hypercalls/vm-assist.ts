import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Switches a VMASST_TYPE_* on or off. Arm takes VMASST_TYPE_runstate_update_flag only (VM_ASSIST_VALID,
 * xen/include/asm-arm/config.h@4.11; arch_vm_assist_valid_mask, xen/arch/arm/include/asm/domain.h@master).
 */
const vmAssistOps = subOpTable(
  { nr: 21, constants: "VMASST_CMD_", structs: "struct " },
  `
    0 enable
    1 disable
`,
);

/** The hypercall vm_assist and its sub-ops. */
export const vmAssist: Hypercall = {
  nr: 21,
  name: "vm_assist",
  constant: "__HYPERVISOR_vm_assist",
  cmdBits: 0,
  parameters: ["cmd", "type"],
  get subOps() {
    return vmAssistOps();
  },
  onArm: true,
};

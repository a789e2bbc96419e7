import { DOMID_SELF } from "@xgt/hypercall-abi";
import { MAX_ORDER, type Machine } from "../../state/machine.ts";

/** Order limits of callers (arch/arm/include/asm/config.h: CONFIG_DOMU_MAX_ORDER, CONFIG_HWDOM_MAX_ORDER@4.14..master). */
const DOMU_ORDER = 9;
const PASSTHROUGH_ORDER = 10;
const HARDWARE_ORDER = 10;

/** Whether a domain has a role; null where nothing says. Dom0 has both unless the facts say otherwise. */
export function hasRole(machine: Machine, domid: number, role: "hardware" | "control"): boolean | null {
  const roles = machine.domains.get(domid)?.facts?.roles;
  if (roles !== undefined) return roles.includes(role);
  return domid === 0 ? true : null;
}

/** XSM_TARGET for a domain that exists: itself, or any for the control domain; null where nothing says. */
export function mayTarget(machine: Machine, caller: number, domid: number): boolean | null {
  if (domid === DOMID_SELF || domid === caller) return true;
  return hasRole(machine, caller, "control");
}

/** Highest extent_order that Xen surely takes from this caller (common/memory.c:max_order@master). */
export function orderSurelyTaken(machine: Machine, caller: number): number {
  const given = machine.domains.get(caller)?.spec?.maxOrder;
  if (given !== undefined) return given;
  if (hasRole(machine, caller, "control") === true) return MAX_ORDER;
  return hasRole(machine, caller, "hardware") === true ? HARDWARE_ORDER : DOMU_ORDER;
}

/** Highest extent_order that Xen may take: a domU with passthrough devices may have one more than others. */
export function orderPerhapsTaken(machine: Machine, caller: number): number {
  const given = machine.domains.get(caller)?.spec?.maxOrder;
  if (given !== undefined) return given;
  return hasRole(machine, caller, "control") === false ? PASSTHROUGH_ORDER : MAX_ORDER;
}

import type { Constant } from "./model.ts";

/** `__HYPERVISOR_*` constants that number a hypercall; the others with that prefix are addresses. */
export function hypercallNumbers(constants: Readonly<Record<string, Constant>>): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const name of Object.keys(constants)) {
    if (/^__HYPERVISOR_(?!VIRT_)/.test(name)) numbers[name] = Number(constants[name].value);
  }
  return numbers;
}

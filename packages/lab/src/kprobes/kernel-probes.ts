import { LabError } from "../host/lab-error.ts";
import {
  type CallSite,
  hypercallFunctions,
  kernelCallSites,
  type ModuleFile,
  moduleCallSites,
} from "./call-sites.ts";
import type { KernelSymbols } from "./kernel-symbols.ts";
import { choosePlaces, PHYS_TO_MACHINE, type ProbePlaces } from "./probe-places.ts";

/** A kernel as far as probes need to know it. */
export interface KernelCode {
  /** Its code as it lies in memory (plainImage). */
  readonly image: Buffer;
  readonly symbols: KernelSymbols;
  /** Modules that issue hypercalls. */
  readonly modules: readonly ModuleFile[];
}

/** Where every memory_op and grant_table_op of a kernel and its modules is probed. Throws LabError. */
export function probePlacesOf(kernel: KernelCode): ProbePlaces {
  const sites = callSitesOf(kernel, hypercallFunctions);
  if (sites.length === 0) {
    const what = "no hypercall was found in the kernel's code";
    throw new LabError(`${what}: the Image and the symbol table must be of one build, with Xen support`);
  }
  const holders = sites.filter(({ target }) => target === "HYPERVISOR_memory_op").map(({ symbol }) => symbol);
  const callers = new Map<string, string[]>();
  for (const { target, symbol } of callSitesOf(kernel, [...new Set(holders)])) {
    callers.set(target, [...(callers.get(target) ?? []), symbol]);
  }
  return {
    ...choosePlaces(sites, kernel.symbols),
    ambiguous: kernel.symbols.ambiguous,
    callersOf: (name) => callers.get(name) ?? [],
    hasPhysToMachine: kernel.symbols.addresses.has(PHYS_TO_MACHINE),
  };
}

function callSitesOf(kernel: KernelCode, targets: readonly string[]): CallSite[] {
  const { image, symbols, modules } = kernel;
  return [
    ...kernelCallSites(image, symbols, targets),
    ...modules.flatMap((module) => moduleCallSites(module, targets)),
  ];
}

import type { CallSite } from "./call-sites.ts";
import type { KernelSymbols } from "./kernel-symbols.ts";

/** A call that is not recorded, and why. */
export interface LeftOut {
  readonly site: CallSite;
  readonly why: string;
}

/** "not recorded: HYPERVISOR_memory_op at xen_guest_init+0x0: runs at boot or load only" */
export function leftOutText({ site, why }: LeftOut): string {
  return `not recorded: ${site.target} at ${site.symbol}+0x${site.offset.toString(16)}: ${why}`;
}

/** Where a kernel is probed, and what is known of it besides. */
export interface ProbePlaces {
  /** The calls that can be recorded. */
  readonly sites: readonly CallSite[];
  /** The calls that cannot; empty: all are recorded. */
  readonly leftOut: readonly LeftOut[];
  /** Function names that a probe cannot name, as several functions have them. */
  readonly ambiguous: ReadonlySet<string>;
  /** Functions of the kernel and its modules that call the one named. */
  readonly callersOf: (name: string) => readonly string[];
  /** The function that keeps Linux's own pfn -> mfn table is there. */
  readonly hasPhysToMachine: boolean;
}

/** Linux keeps its table of foreign frames through this one (arch/arm/xen/p2m.c@L6.12). */
export const PHYS_TO_MACHINE = "__set_phys_to_machine_multi";

/** Several functions have the name, and an Image does not say where it will run. */
const UNPLACED = "several functions have this name: give --symbols, the target's /proc/kallsyms";

/** What compilers name functions with, and what tracefs takes in the place of a probe. */
const PLAIN_NAME = /^[A-Za-z0-9_.$]+$/;

function reasonToLeaveOut(site: CallSite): string | null {
  const isPlain = PLAIN_NAME.test(site.symbol) && (site.module === null || PLAIN_NAME.test(site.module));
  if (!isPlain) return "no function has such a name: the symbol table or the module is not to be trusted";
  if (site.init) return "runs at boot or load only";
  return site.tail ? "a jump: its return cannot be told from its caller's" : null;
}

/** The calls that can be recorded, and those that cannot. */
export function choosePlaces(
  all: readonly CallSite[],
  { ambiguous, arePlaced }: KernelSymbols,
): Pick<ProbePlaces, "sites" | "leftOut"> {
  const sites: CallSite[] = [];
  const leftOut: LeftOut[] = [];
  for (const site of all) {
    const isUnplaced = !arePlaced && site.address !== null && ambiguous.has(site.symbol);
    const why = isUnplaced ? UNPLACED : reasonToLeaveOut(site);
    if (why === null) sites.push(site);
    else leftOut.push({ site, why });
  }
  return { sites, leftOut };
}

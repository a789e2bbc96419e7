import type { Domain } from "../../state/domain.ts";

/** gfns that the root table covers whatever the machine, and beyond which none does (arch/arm/p2m.c:setup_virt_paging@4.17). */
const LEAST = 2 ** 27;
const MOST = 2 ** 40;

/**
 * Number of gfns that the p2m's root table covers, by the machine's physical address bits: inserts beyond answer
 * -EINVAL (arch/arm/p2m.c:p2m_get_root_pointer@4.17). A table of level 0 covers 48 bits, more than a 44-bit machine has.
 */
function rootFrames(bits: number): number {
  if (bits <= 36) return LEAST;
  if (bits <= 42) return 2 ** (bits - 12);
  return bits <= 48 ? 2 ** 36 : MOST;
}

/** The least gfn at which the p2m surely can not hold an entry. */
export function reachEnd(domain: Domain): number {
  const bits = domain.facts?.paBits;
  return bits === undefined ? MOST : rootFrames(bits);
}

/** Whether the p2m can hold an entry at this gfn; null where the machine's address bits are not known. */
export function reaches(domain: Domain, gfn: number): boolean | null {
  const bits = domain.facts?.paBits;
  if (bits !== undefined) return gfn < rootFrames(bits);
  if (gfn < LEAST) return true;
  return gfn >= MOST ? false : null;
}

import { CONFLICT_SEARCH_MAX } from "../limits.ts";
import type { AddressRange } from "../terms/address-range.ts";
import { allocate, type MemoryConstraint } from "./memory-constraint.ts";

/**
 * A smallest set of constraints that cannot hold together on this RAM: sets are tried by size. Where there are too many
 * to try, constraints are dropped one by one as long as the rest still conflicts; then none can be left out, but a
 * smaller set of others may exist.
 */
export function smallestConflict(
  ram: readonly AddressRange[],
  constraints: readonly MemoryConstraint[],
): MemoryConstraint[] {
  const needed = withoutIdle(ram, constraints);
  let tried = 0;
  // A smaller set may exist among all of them, not only among those that were kept.
  for (let size = 1; size < needed.length; size++) {
    for (const set of subsets(constraints, size)) {
      if (++tried > CONFLICT_SEARCH_MAX) return needed;
      if (allocate(ram, set) === null) return set;
    }
  }
  return needed;
}

/** Drops what does not matter: the rest conflicts, and each of it is needed for that. */
function withoutIdle(
  ram: readonly AddressRange[],
  constraints: readonly MemoryConstraint[],
): MemoryConstraint[] {
  let left = [...constraints];
  for (const constraint of constraints) {
    const rest = left.filter((other) => other !== constraint);
    if (allocate(ram, rest) === null) left = rest;
  }
  return left;
}

function* subsets<T>(items: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= items.length - size; i++) {
    for (const rest of subsets(items, size - 1, i + 1)) yield [items[i], ...rest];
  }
}

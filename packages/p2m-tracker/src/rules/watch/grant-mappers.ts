import { MAPPERS_SEARCHED } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import { NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";

/** A domain that has (granter, ref) mapped now; undefined: none of those that the log follows has. */
export function mapperOf(machine: Machine, granter: number, ref: number): Domain | undefined {
  let searched = 0;
  for (const domain of machine.domains.values()) {
    if (domain.maptrack.pinned(granter, ref)) return domain;
    if (++searched === MAPPERS_SEARCHED) return undefined;
  }
  return undefined;
}

/** Event at which `mapper` mapped (granter, ref); 0: not in this log. */
export function mappedAt(mapper: Domain, granter: number, ref: number): number {
  const slot = mapper.maptrack.pinnedSlot(granter, ref);
  return slot === NOT_KNOWN ? 0 : mapper.maptrack.mapEvent.get(slot);
}

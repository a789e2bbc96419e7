import type { Domain } from "../../state/domain.ts";

/**
 * What a replay can do on the straight path, without calling rules (`straight/`):
 *
 * - `dmaPage`: a DMA of pages of which each bus frame is the frame behind its gfn (own RAM; a grant that the guest's table
 *   names rightly, or of which no table is known), of own RAM whose frames are not known, or of gfns that nothing is known of;
 * - `guestEntry`: the guest makes or erases an entry of one page, and no mapping is left behind by that;
 * - `grantMade`: a hole, or a gfn that nothing is known of, gets another domain's frame by a map, or by what the guest's
 *   table says of a map that was not recorded. The gfn lies in `places`, the frame in `frames`, and they differ;
 * - `grantGone`: an unmap of its own handle, or what the guest's table says of an unmap, leaves a hole where a grant was;
 * - `mapCall`, `unmapCall`: a map_grant_ref or unmap_grant_ref of which every recorded op is answered okay, aligned, of plain
 *   flags, of another domain's frames. Its exit follows its enter at once;
 * - `decreaseCall`, `populateCall`: a decrease_reservation or populate_physmap of the domain for itself that did all its
 *   extents, each of one frame. What the frames' changes mean rules say by their `runs`. Its exit follows its enter at once.
 */
export const straightKinds = [
  "dmaPage",
  "guestEntry",
  "grantMade",
  "grantGone",
  "mapCall",
  "unmapCall",
  "decreaseCall",
  "populateCall",
] as const;
export type StraightKind = (typeof straightKinds)[number];

/** Neighbouring numbers of which a rule says the same. */
export interface Stretch {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Of each mapping there the rule says that it cannot decide, in these words; absent: it says nothing. */
  readonly open?: string;
}

/** What a rule that has hooks leaves to the straight path. Of a kind that is not named it is told: none takes the path. */
export interface StraightRule {
  /** Whether the rule has nothing to say of an event of that kind, until another event goes past the path. */
  readonly passes: { readonly [kind in StraightKind]?: (domain: Domain) => boolean };
  /** gfns around one at which grants may be mapped alike; undefined: the rule is told of this one. Absent: anywhere. */
  places?(domain: Domain, gfn: number): Stretch | undefined;
  /** Frames around one that may be mapped alike. */
  frames?(domain: Domain, mfn: number): Stretch | undefined;
  /** A check that could not be decided at `times` gfns of a stretch with `open`. */
  undecided?(why: string, times: number): void;
  /** Whether DMA of a device of the domain may pass; once it may, it always may. */
  device?(domain: Domain, dev: number): boolean;
  /** Whether the next call of a thread may pass; asked for each. */
  nextCall?(domain: Domain, pid: number): boolean;
  /** Whether a grant may come to this gfn; asked for each. */
  mayMap?(domain: Domain, gfn: number): boolean;
  /** The guest made or erased (`mfn` >= ALL_ONES) an entry of one page. */
  entryChanged?(domain: Domain, pfn: number, mfn: number): void;
  /** Grants were mapped at gfns that nothing was known of; the first at this gfn by this event. */
  unknownTouched?(domain: Domain, gfn: number, event: number, times: number): void;
  /** Grants were mapped read-only; the first at this gfn by this event. */
  readOnlyMapped?(domain: Domain, gfn: number, event: number, times: number): void;
  /** A handle was unmapped at a gfn for which the guest's table has an entry, by a call that ended at this event. */
  entryOutlives?(domain: Domain, pfn: number, handle: number, pid: number, event: number): void;
  /**
   * Whether `nextCall` and `mayMap` would let all pass, and `entryChanged` would change nothing, until the next
   * `entryOutlives`. A rule with one of these has it.
   */
  isIdle?(domain: Domain): boolean;
}

/** For `passes`: such events never concern the rule. */
export const always = (): boolean => true;

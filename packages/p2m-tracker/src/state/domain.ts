import type { DomainFacts, DomainSpec, FrameRange, GrantEntry, Region } from "@xgt/hypercall-log";
import { FrameKind, NOT_KNOWN } from "./frame-kind.ts";
import { Gntmap } from "./grant-status.ts";
import { GuestP2m } from "./guest-p2m.ts";
import { Maptrack } from "./maptrack.ts";
import { type DefaultRange, type LeafPool, P2m } from "./p2m.ts";
import { SlotTable } from "./slot-table.ts";

/** How a domain's frames are mapped; `unknown` where nothing says. */
export type Mode = DomainSpec["mode"] | "unknown";

/** What is known of a domain when the log begins. */
export interface DomainStart {
  readonly spec: DomainSpec | undefined;
  readonly facts: DomainFacts | undefined;
  readonly mode: Mode;
  readonly fromBoot: boolean;
  readonly grants: readonly GrantEntry[] | undefined;
  /** Shared by all domains of a run. */
  readonly leaves: LeafPool;
}

/** State of one domain: the hypervisor's view, the guest's view, and what answers depend on. NaN: not known. */
export class Domain {
  readonly domid: number;
  readonly mode: Mode;
  readonly spec: DomainSpec | undefined;
  readonly facts: DomainFacts | undefined;
  /** Banks; undefined: the domain's memory is not listed. */
  readonly ram: readonly FrameRange[] | undefined;
  readonly regions: readonly Region[];
  readonly iommu: boolean | undefined;
  readonly p2m: P2m;
  readonly maptrack: Maptrack;
  readonly guestP2m = new GuestP2m();
  /** Grant entries of this domain by ref, as far as seen. */
  readonly granted = new Map<number, GrantEntry>();
  /** True: `granted` holds all entries, so a ref that is not there is not live. */
  grantsComplete: boolean;
  totPages: number;
  maxPages: number;
  maximumGpfn: number;
  /** Grant-table frames in place: index -> gfn, NaN where the gfn is not known. */
  readonly grantFrames = new Map<number, number>();
  /** True: `grantFrames` and `sharedInfo` hold all that is placed. */
  placementsComplete: boolean;
  /** gfn of shared_info; NaN: placed somewhere; undefined: not placed as far as seen. */
  sharedInfo: number | undefined;
  /** True once a gfn whose content was not known lost it: a placement at an unknown gfn may have gone with it. */
  placementsDoubtful = false;
  /** Grant-table frames whose allocation reference is gone: no look-up finds them again. */
  readonly grantFramesLost = new Set<number>();
  /** Limit of the grant table's frames; NaN: not known. */
  readonly maxGrantFrames: number;
  /** Frames of the grant table at least; exact where `grantTableExact`. */
  grantTableFrames: number;
  grantTableExact: boolean;
  /** Frames on a static domain's reserved list that it gave back itself; undefined on other domains. */
  reserved = 0;
  /** gfns that are not RAM now, and at most. */
  exceptions = 0;
  exceptionsPeak = 0;
  /** Grant ops that the log counts but does not show, still to be named by the guest's own table. */
  unseenMaps = 0;
  unseenUnmaps = 0;
  /**
   * Live maps by (granter, ref). Xen looks at a grant entry's frame at the first pin only: while any map lives, further
   * ones get the same frame (common/grant_table.c:map_grant_ref@master).
   */
  private readonly pins = new SlotTable();
  /** Readers and writers of each identity entry, by mfn: readers + writers * 2^20. */
  readonly identityPins = new Map<number, number>();

  constructor(domid: number, start: DomainStart) {
    this.domid = domid;
    this.mode = start.mode;
    this.spec = start.spec;
    this.facts = start.facts;
    this.ram = start.spec?.ram;
    this.regions = start.spec?.regions ?? [];
    this.iommu = start.spec?.iommu;
    this.p2m = new P2m(defaultRanges(this.ram, this.regions, start), start.leaves);
    for (const gfn of start.facts?.holes ?? []) {
      const entry = this.p2m.touch(gfn);
      if (entry >= 0) this.p2m.kinds[entry] = FrameKind.hole;
      else this.p2m.forget();
    }
    this.maptrack = new Maptrack(start.fromBoot || start.facts?.liveHandles === 0);
    const grants = start.grants ?? start.facts?.grants;
    for (const grant of grants ?? []) this.granted.set(grant.ref, grant);
    this.grantsComplete = grants !== undefined;
    this.totPages = start.facts?.totPages ?? Number.NaN;
    this.maxPages = start.facts?.maxPages ?? Number.NaN;
    this.maximumGpfn = start.facts?.maximumGpfn ?? Number.NaN;
    for (const index of start.facts?.grantFrames?.placed ?? []) this.grantFrames.set(index, Number.NaN);
    this.placementsComplete =
      start.fromBoot ||
      (start.facts?.grantFrames?.placed !== undefined && start.facts?.sharedInfoPlaced !== undefined);
    this.sharedInfo = start.facts?.sharedInfoPlaced === true ? Number.NaN : undefined;
    this.maxGrantFrames = start.facts?.grantFrames?.max ?? Number.NaN;
    this.grantTableFrames = 1;
    this.grantTableExact = start.fromBoot;
  }

  /** Notes a live map of (granter, ref). */
  pin(granter: number, ref: number, slot: number): void {
    this.pins.add(pinKey(granter, ref), slot);
  }

  /** A map of (granter, ref) has ended. */
  unpin(granter: number, ref: number, slot: number): void {
    this.pins.remove(pinKey(granter, ref), slot);
  }

  /** Whether a map of (granter, ref) by this domain is live. */
  pinned(granter: number, ref: number): boolean {
    return this.pins.count(pinKey(granter, ref)) > 0;
  }

  /** Frame of a live map of (granter, ref) by this domain; NOT_KNOWN where there is none or it is not known. */
  pinnedMfn(granter: number, ref: number): number {
    const slot = this.pins.newest(pinKey(granter, ref));
    return slot === undefined ? NOT_KNOWN : this.maptrack.mfn[slot];
  }

  /** Live maps of (granter, ref) by this domain that are read-only, or that are writable. */
  pinCount(granter: number, ref: number, readOnly: boolean): number {
    let count = 0;
    this.pins.forEach(pinKey(granter, ref), (slot) => {
      if (((this.maptrack.flags[slot] & Gntmap.readonly) !== 0) === readOnly) count++;
    });
    return count;
  }

  get directMapped(): boolean {
    return this.mode === "direct-mapped";
  }

  /** Whether the domain owns machine frame `mfn`; null where its memory is not known. */
  owns(mfn: number): boolean | null {
    if (this.mode !== "direct-mapped" || this.ram === undefined) return null;
    return inRanges(this.ram, mfn);
  }

  /** Whether the gfn lies in a RAM bank; null where the banks are not known. */
  inRam(gfn: number): boolean | null {
    return this.ram === undefined ? null : inRanges(this.ram, gfn);
  }

  /** The first region that holds the gfn and whose name passes. */
  regionAt(gfn: number, accepts: (name: string) => boolean): Region | undefined {
    for (const region of this.regions) {
      if (gfn >= region.gfn && gfn < region.gfn + region.count && accepts(region.name)) return region;
    }
    return undefined;
  }

  /** Records were lost: nothing of the changing state is known any more. */
  forget(): void {
    this.p2m.forget();
    this.maptrack.forget();
    this.guestP2m.forget();
    this.grantFrames.clear();
    this.sharedInfo = undefined;
    this.placementsComplete = false;
    this.grantTableExact = false;
    this.grantsComplete = false;
    this.grantFramesLost.clear();
    // An increase_reservation may have been among what was lost.
    this.totPages = Number.NaN;
    this.maximumGpfn = Number.NaN;
    this.identityPins.clear();
    this.pins.clear();
    this.unseenMaps = 0;
    this.unseenUnmaps = 0;
  }
}

function pinKey(granter: number, ref: number): number {
  return granter * 2 ** 32 + ref;
}

function inRanges(ranges: readonly FrameRange[], frame: number): boolean {
  for (const range of ranges) if (frame >= range.gfn && frame < range.gfn + range.count) return true;
  return false;
}

/**
 * RAM untouched since the log began is taken for own; extended regions for holes. The grant window is a hole only in
 * a log from boot on: later the kernel has frames there.
 */
function defaultRanges(
  ram: readonly FrameRange[] | undefined,
  regions: readonly Region[],
  start: DomainStart,
): DefaultRange[] {
  const ranges: DefaultRange[] = [];
  for (const bank of ram ?? [])
    ranges.push({ start: bank.gfn, end: bank.gfn + bank.count, kind: FrameKind.own });
  for (const region of regions) {
    const end = region.gfn + region.count;
    if (region.name === "extended" || (region.name === "grant-table" && start.fromBoot)) {
      ranges.push({ start: region.gfn, end, kind: FrameKind.hole });
    }
  }
  // Nothing was ever mapped above the highest gfn so far (arch/arm/p2m.c:p2m_get_entry@4.14).
  const highest = start.facts?.maximumGpfn;
  if (highest !== undefined) ranges.push({ start: highest + 1, end: 2 ** 52, kind: FrameKind.hole });
  return ranges;
}

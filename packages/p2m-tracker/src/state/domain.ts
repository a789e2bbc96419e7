import { since, type XenRelease } from "@xgt/hypercall-abi";
import type { DomainFacts, DomainSpec, FrameRange, GrantEntry, Region } from "@xgt/hypercall-log";
import type { ColumnRoom } from "../memory/column-room.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import { FrameKind } from "./frame-kind.ts";
import { FrameLeaves, type LeafPool } from "./frame-leaves.ts";
import { GrantEntries } from "./grant-entries.ts";
import { GuestP2m } from "./guest-p2m.ts";
import { IdentityPins } from "./identity-pins.ts";
import { Maptrack } from "./maptrack.ts";
import { type DefaultRange, P2m } from "./p2m.ts";
import { SharedPages } from "./shared-pages.ts";
import { XenPages } from "./xen-pages.ts";

/** How a domain's frames are mapped; `unknown` where nothing says. */
export type Mode = DomainSpec["mode"] | "unknown";

/** What is known of a domain when the log begins. */
interface DomainStart {
  readonly spec: DomainSpec | undefined;
  readonly facts: DomainFacts | undefined;
  readonly mode: Mode;
  readonly fromBoot: boolean;
  readonly grants: readonly GrantEntry[] | undefined;
  /** null: not known. */
  readonly xen: XenRelease | null;
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
  /** Columns that `p2m` and `guestP2m` share. */
  readonly frames: FrameLeaves;
  readonly p2m: P2m;
  readonly maptrack: Maptrack;
  readonly guestP2m: GuestP2m;
  readonly grants: GrantEntries;
  readonly xenPages: XenPages;
  readonly identityPins = new IdentityPins();
  /** What the secure world has of it. */
  readonly shared: SharedPages;
  private pages: number;
  private pagesMax: number;
  private highestGfn: number;
  /** Frames on a static domain's reserved list that it gave back itself. */
  private reserved = 0;
  private exceptionCount = 0;
  private exceptionsMost = 0;
  private mapsUnseen = 0;
  private unmapsUnseen = 0;

  constructor(domid: number, start: DomainStart) {
    this.domid = domid;
    this.mode = start.mode;
    this.spec = start.spec;
    this.facts = start.facts;
    this.ram = start.spec?.ram;
    this.regions = start.spec?.regions ?? [];
    this.iommu = start.spec?.iommu;
    this.frames = new FrameLeaves(start.leaves);
    this.p2m = new P2m(defaultRanges(this.ram, this.regions, start), this.frames);
    this.guestP2m = new GuestP2m(this.frames);
    this.p2m.startWithHoles(start.facts?.holes ?? []);
    this.maptrack = new Maptrack(start.fromBoot || start.facts?.liveHandles === 0);
    this.grants = new GrantEntries(start.grants ?? start.facts?.grants);
    this.xenPages = startXenPages(start);
    this.shared = new SharedPages(start.fromBoot);
    this.pages = start.facts?.totPages ?? Number.NaN;
    this.pagesMax = start.facts?.maxPages ?? Number.NaN;
    this.highestGfn = start.facts?.maximumGpfn ?? Number.NaN;
  }

  /** Pages that the domain owns (Xen's tot_pages); NaN: not known. */
  get totPages(): number {
    return this.pages;
  }

  /** Pages that the domain may own; NaN: not known. */
  get maxPages(): number {
    return this.pagesMax;
  }

  /** The highest gfn ever mapped; NaN: not known. */
  get maximumGpfn(): number {
    return this.highestGfn;
  }

  /** Whether a static domain's reserved list holds a frame that the domain gave back. */
  get hasReserved(): boolean {
    return this.reserved > 0;
  }

  /** gfns with another's frame now: grants, foreign pages, Xen's pages. */
  get exceptions(): number {
    return this.exceptionCount;
  }

  /** The most exceptions there were at once. */
  get exceptionsPeak(): number {
    return this.exceptionsMost;
  }

  /** Maps that the log counts but does not show, still to be named by the guest's own table. */
  get unseenMaps(): number {
    return this.mapsUnseen;
  }

  /** Unmaps that the log counts but does not show. */
  get unseenUnmaps(): number {
    return this.unmapsUnseen;
  }

  /** Pages came. What the log says was allocated, max_pages allowed: a toolstack has raised it. */
  allocate(pages: number): void {
    this.pages += pages;
    if (this.pages > this.pagesMax) this.pagesMax = Number.NaN;
  }

  /** A static domain took a frame from its reserved list. */
  takeReserved(): void {
    if (this.reserved > 0) this.reserved--;
  }

  /** One page of own RAM went back to Xen, to the reserved list of a static domain. */
  giveBack(): void {
    this.pages--;
    this.reserve();
  }

  /** A page of own RAM was given back, and somebody may still hold it: the count is not known. */
  giveBackPinned(): void {
    this.losePageCount();
    this.reserve();
  }

  /** How many pages the domain owns is not known any more. */
  losePageCount(): void {
    this.pages = Number.NaN;
  }

  /** Xen named the number of pages. */
  learnPageCount(pages: number): void {
    this.pages = pages;
  }

  /** Xen named the most pages that the domain may own. */
  learnMaxPages(pages: number): void {
    this.pagesMax = pages;
  }

  /** Something was mapped at a gfn. */
  noteMapped(gfn: number): void {
    if (gfn > this.highestGfn) this.highestGfn = gfn;
  }

  /** Something may have been mapped at a gfn: it may be the highest ever. */
  notePerhapsMapped(gfn: number): void {
    if (gfn > this.highestGfn) this.highestGfn = Number.NaN;
  }

  /** Xen named the highest gfn ever mapped. */
  learnMaximumGpfn(gfn: number): void {
    this.highestGfn = gfn;
  }

  /** A gfn got another's frame (1), or lost it (-1). */
  countException(difference: 1 | -1): void {
    this.exceptionCount += difference;
    if (this.exceptionCount > this.exceptionsMost) this.exceptionsMost = this.exceptionCount;
  }

  /** The log counts maps that it does not show. */
  missMaps(count: number): void {
    this.mapsUnseen += count;
  }

  /** The log counts unmaps that it does not show. */
  missUnmaps(count: number): void {
    this.unmapsUnseen += count;
  }

  /** The guest's own table names a map that the log does not show; false: none is missing. */
  takeUnseenMap(): boolean {
    return this.mapsUnseen > 0 && this.mapsUnseen-- > 0;
  }

  /** The guest's own table names an unmap that the log does not show; false: none is missing. */
  takeUnseenUnmap(): boolean {
    return this.unmapsUnseen > 0 && this.unmapsUnseen-- > 0;
  }

  /** The region at the gfn that Xen has mapped by itself; undefined: none is known. */
  madeByXenAt(gfn: number): Region | undefined {
    return this.regionAt(gfn, isMadeByXen);
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
  regionAt(gfn: number, accepts: (region: Region) => boolean): Region | undefined {
    for (const region of this.regions) {
      if (gfn >= region.gfn && gfn < region.gfn + region.count && accepts(region)) return region;
    }
    return undefined;
  }

  /** Records were lost: nothing of the changing state is known any more. */
  forget(): void {
    this.p2m.forget();
    this.maptrack.forget();
    this.guestP2m.forget();
    this.xenPages.forget();
    this.grants.forget();
    // An increase_reservation may have been among what was lost.
    this.pages = Number.NaN;
    this.highestGfn = Number.NaN;
    this.identityPins.forget();
    this.shared.forget();
    this.mapsUnseen = 0;
    this.unmapsUnseen = 0;
  }

  /** Frames, handles and the guest's table lie in `room` from now on. */
  moveTo(room: ColumnRoom): void {
    this.frames.moveTo(room);
    this.maptrack.moveTo(room);
  }

  /** Nobody looks at the domain any more: what was kept of its frames serves another one. */
  release(): void {
    this.frames.forget();
  }

  /** Tells the module of all that it may change. */
  lend(kernel: KernelMemory): void {
    const { integers, numbers } = kernel;
    this.frames.lend(kernel);
    this.maptrack.lend(kernel);
    this.guestP2m.lend(kernel);
    integers[2 * slots.IS_DIRECT_MAPPED] = this.directMapped ? 1 : 0;
    integers[2 * slots.EXCEPTIONS] = this.exceptionCount;
    integers[2 * slots.EXCEPTIONS_PEAK] = this.exceptionsMost;
    numbers[slots.UNSEEN_MAPS] = this.mapsUnseen;
    numbers[slots.UNSEEN_UNMAPS] = this.unmapsUnseen;
    numbers[slots.HIGHEST_GFN] = this.highestGfn;
  }

  /** The module has changed it, and taken `entries` entries of the guest's table. */
  takeBack(kernel: KernelMemory, entries: number): void {
    const { integers, numbers } = kernel;
    this.frames.takeBack(kernel);
    this.maptrack.takeBack(kernel);
    this.guestP2m.takeBack(kernel, entries);
    this.exceptionCount = integers[2 * slots.EXCEPTIONS];
    this.exceptionsMost = integers[2 * slots.EXCEPTIONS_PEAK];
    this.mapsUnseen = numbers[slots.UNSEEN_MAPS];
    this.unmapsUnseen = numbers[slots.UNSEEN_UNMAPS];
    this.highestGfn = numbers[slots.HIGHEST_GFN];
  }

  private reserve(): void {
    if (this.mode === "static") this.reserved++;
  }
}

function startXenPages(start: DomainStart): XenPages {
  const facts = start.facts;
  const frames = facts?.grantFrames;
  const listed = frames?.placed !== undefined && facts?.sharedInfoPlaced !== undefined;
  const shared = facts?.sharedInfoPlaced === true;
  const max = frames?.max ?? Number.NaN;
  return new XenPages(max, frames?.placed ?? [], shared, start.fromBoot || listed, start.fromBoot);
}

function inRanges(ranges: readonly FrameRange[], frame: number): boolean {
  for (const range of ranges) if (frame >= range.gfn && frame < range.gfn + range.count) return true;
  return false;
}

/** Whether Xen maps the region by itself when it builds the domain: no call of the guest can bring it back as it was. */
export function isMadeByXen(region: Region): boolean {
  return region.name.startsWith("shared:") || region.name === "xenstore" || region.name === "magic";
}

/**
 * Static shared memory is own RAM of its owner, and foreign to a borrower. For a direct-mapped domain gfn = mfn is enforced
 * from 4.19 on (common/device-tree/static-shmem.c:process_shm@4.19); before, and for others, only the specification tells.
 */
function madeByXen(region: Region, start: DomainStart): DefaultRange {
  const kind = region.role === "borrower" ? FrameKind.foreign : FrameKind.own;
  const enforced = start.mode === "direct-mapped" && since(start.xen, "4.19") === true;
  const mfn = region.mfn ?? (enforced ? region.gfn : undefined);
  const range = { start: region.gfn, end: region.gfn + region.count, kind };
  return mfn === undefined ? range : { ...range, mfn };
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
  const direct = start.mode === "direct-mapped";
  for (const bank of ram ?? []) {
    const range = { start: bank.gfn, end: bank.gfn + bank.count, kind: FrameKind.own };
    ranges.push(direct ? { ...range, mfn: bank.gfn } : range);
  }
  for (const region of regions) {
    const end = region.gfn + region.count;
    if (isMadeByXen(region)) ranges.push(madeByXen(region, start));
    else if (region.name === "extended" || (region.name === "grant-table" && start.fromBoot)) {
      ranges.push({ start: region.gfn, end, kind: FrameKind.hole });
    }
  }
  // Nothing was ever mapped above the highest gfn so far (arch/arm/p2m.c:p2m_get_entry@4.14).
  const highest = start.facts?.maximumGpfn;
  if (highest !== undefined) ranges.push({ start: highest + 1, end: 2 ** 52, kind: FrameKind.hole });
  return ranges;
}

import type { Call } from "../call/call.ts";
import {
  GUEST_ENTRY_PAGES_MAX,
  LARGE_ENTRY_PAGES_MAX,
  LARGE_EXTENT_FRAMES_MAX,
  P2M_LEAVES_MAX,
  SMALL_ENTRY_PAGES,
  SMALL_EXTENT_FRAMES,
} from "../limits.ts";
import type { Domain } from "./domain.ts";
import { FrameBudget } from "./frame-budget.ts";
import { EntryFlag, FrameKind, LINEAGE, NOT_KNOWN, SHARED_INFO } from "./frame-kind.ts";
import { LeafPool } from "./p2m.ts";
import { since, type XenVersion } from "./xen-version.ts";

/** DOMID_* of xen/include/public/xen.h. */
export const DOMID_FIRST_RESERVED = 0x7ff0;
export const DOMID_SELF = 0x7ff0;
export const DOMID_IO = 0x7ff1;
export const DOMID_XEN = 0x7ff2;

/** Order limits of callers (xen/include/xen/memory.h, xen/arch/arm/include/asm: *_PAGE_ALLOC order constants@master). */
export const MAX_ORDER = 18;
export const DOMU_MAX_ORDER = 9;

/** Numbers of the H rules that contradictions are reported under. */
export type ConformanceId = `H${number}`;

/** One gfn's change by a call: what was there and what is there now. Valid during the callback only. */
export class Change {
  domain!: Domain;
  /** The call that did it; undefined: not a call (the guest's own table named a grant that the log does not show). */
  call: Call | undefined;
  /** Extent, op or batch item of the call. */
  item = 0;
  gfn = 0;
  entry = -1;
  oldKind: FrameKind = FrameKind.unknown;
  oldMfn = NOT_KNOWN;
  oldAux = NOT_KNOWN;
  oldFlags = 0;
  oldEvent = 0;
  kind: FrameKind = FrameKind.unknown;
  mfn = NOT_KNOWN;
  aux = NOT_KNOWN;
  flags = 0;
}

/** Who is told of what the semantics find. */
export interface MachineObserver {
  change(change: Change): void;
  /** The log holds a result that this Xen cannot have given. `expected` and `logged` in words. */
  contradiction(rule: ConformanceId, call: Call, gfn: number, expected: string, logged: string): void;
  /** Something that the log does not say made all of a domain's state unknown. */
  forgotten(domain: Domain, why: string): void;
}

/** All domains of a run under one Xen, and the one way to change their state. */
export class Machine {
  /** What the exception trees of all domains may take. */
  readonly leaves = new LeafPool(P2M_LEAVES_MAX);
  private readonly entryBudget = new FrameBudget(LARGE_ENTRY_PAGES_MAX, SMALL_ENTRY_PAGES);
  /** Frames of large extents that may still be followed. */
  readonly extentBudget = new FrameBudget(LARGE_EXTENT_FRAMES_MAX, SMALL_EXTENT_FRAMES);
  readonly xen: XenVersion;
  readonly domains = new Map<number, Domain>();
  /** Domains that are known not to exist; undefined: not known which others there are. */
  readonly otherDomains: readonly number[] | undefined;
  /** Number of the event under way. */
  event = 0;
  private readonly observer: MachineObserver;
  private readonly changed = new Change();

  constructor(xen: XenVersion, otherDomains: readonly number[] | undefined, observer: MachineObserver) {
    this.xen = xen;
    this.otherDomains = otherDomains;
    this.observer = observer;
  }

  /** The domain that a domid argument names; undefined where it is not followed. DOMID_SELF is the caller. */
  resolve(domid: number, caller: number): Domain | undefined {
    return this.domains.get(domid === DOMID_SELF ? caller : domid);
  }

  /** Whether a domain of that id exists; null where it is not known. */
  exists(domid: number, caller: number): boolean | null {
    if (domid === DOMID_SELF || domid === caller || this.domains.has(domid)) return true;
    if (domid >= DOMID_FIRST_RESERVED) return false;
    return this.otherDomains === undefined ? null : this.otherDomains.includes(domid);
  }

  contradict(rule: ConformanceId, call: Call, gfn: number, expected: string, logged: string): void {
    this.observer.contradiction(rule, call, gfn, expected, logged);
  }

  /** Sets the call's predicted result and compares it with the log. */
  expectRet(call: Call, rule: ConformanceId, value: number): void {
    call.predictedRet = value;
    if (!Number.isNaN(call.ret) && !call.retEquals(value)) {
      this.contradict(rule, call, Number.NaN, `returns ${value}`, `returned ${call.ret}`);
    }
  }

  /** Changes one gfn and tells the observer. `flags` other than lineage are taken as given; lineage is kept here. */
  change(
    domain: Domain,
    call: Call | undefined,
    item: number,
    gfn: number,
    kind: FrameKind,
    mfn: number,
    aux: number,
    readOnly: boolean,
    lineage: number,
  ): void {
    const p2m = domain.p2m;
    const entry = this.touch(domain, gfn);
    const c = this.changed;
    const stored = p2m.kinds[entry];
    c.domain = domain;
    c.call = call;
    c.item = item;
    c.gfn = gfn;
    c.entry = entry;
    c.oldKind = stored === 0 ? p2m.defaultOf(gfn) : (stored as FrameKind);
    c.oldMfn = stored === 0 && c.oldKind === FrameKind.own && domain.directMapped ? gfn : p2m.mfns[entry];
    c.oldAux = p2m.aux[entry];
    c.oldFlags = p2m.flags[entry];
    c.oldEvent = p2m.events[entry];
    c.kind = kind;
    c.mfn = mfn;
    c.aux = aux;
    c.flags = (readOnly ? EntryFlag.readOnly : 0) | lineage;
    this.leave(domain, c);
    const isDefault = kind === FrameKind.own && p2m.defaultOf(gfn) === FrameKind.own;
    p2m.kinds[entry] = isDefault ? 0 : kind;
    p2m.mfns[entry] = mfn;
    p2m.aux[entry] = aux;
    p2m.flags[entry] = c.flags;
    p2m.events[entry] = this.event;
    if (kind !== FrameKind.hole && kind !== FrameKind.unknown && gfn > domain.maximumGpfn)
      domain.maximumGpfn = gfn;
    countException(domain, c.oldKind, kind);
    this.observer.change(c);
  }

  /** Own RAM is (back) at a gfn: no lineage is left. */
  fill(domain: Domain, call: Call, item: number, gfn: number): void {
    const mfn = domain.directMapped ? gfn : NOT_KNOWN;
    this.change(domain, call, item, gfn, FrameKind.own, mfn, NOT_KNOWN, false, 0);
  }

  /** The gfn becomes a hole; `lineage` is added to what is known of how own RAM left it. */
  clear(domain: Domain, call: Call | undefined, item: number, gfn: number, lineage: number): void {
    const kept = domain.p2m.lineageOf(gfn) | lineage;
    this.change(domain, call, item, gfn, FrameKind.hole, NOT_KNOWN, NOT_KNOWN, false, kept);
  }

  /** What the gfn holds is no longer known. */
  blur(domain: Domain, call: Call | undefined, item: number, gfn: number): void {
    // Something may have been mapped here, and the highest gfn ever mapped be this one.
    if (gfn > domain.maximumGpfn) domain.maximumGpfn = Number.NaN;
    this.change(domain, call, item, gfn, FrameKind.unknown, NOT_KNOWN, NOT_KNOWN, false, 0);
  }

  /** All of a domain's state is no longer known. */
  forget(domain: Domain, why: string): void {
    domain.forget();
    this.observer.forgotten(domain, why);
  }

  /** Lineage of a gfn that a mapping now covers: own RAM there is displaced. */
  coverLineage(domain: Domain, gfn: number): number {
    const kept = domain.p2m.lineageOf(gfn);
    return domain.p2m.kindOf(gfn) === FrameKind.own ? kept | EntryFlag.displaced : kept & LINEAGE;
  }

  /** Pages of an entry of a guest's own table that are followed. */
  entryPages(count: number): number {
    return this.entryBudget.take(Math.min(count, GUEST_ENTRY_PAGES_MAX));
  }

  /** The entry of a gfn; where all trees together are full, the state of every domain is given up first. */
  private touch(domain: Domain, gfn: number): number {
    const entry = domain.p2m.touch(gfn);
    if (entry >= 0) return entry;
    const why = "more gfns changed than are followed";
    for (const each of this.domains.values()) this.forget(each, why);
    if (!this.domains.has(domain.domid)) this.forget(domain, why);
    return domain.p2m.touch(gfn);
  }

  /** What goes with the entry that is replaced: a grant's mapping, a Xen page's placement. */
  private leave(domain: Domain, c: Change): void {
    if (c.oldKind === FrameKind.grant) {
      domain.p2m.goneMfns[c.entry] = c.oldMfn;
      domain.p2m.goneEvents[c.entry] = this.event;
      const slot = c.oldAux === NOT_KNOWN ? -1 : domain.maptrack.find(c.oldAux);
      if (slot >= 0) domain.maptrack.mapped[slot] = 0;
    } else if (c.oldKind === FrameKind.xen) {
      if (c.oldAux === SHARED_INFO) domain.sharedInfo = undefined;
      // Before 4.17 Xen kept a frame's gfn until its next placement (common/grant_table.c:gnttab_map_frame@4.16).
      else if (c.oldAux !== NOT_KNOWN && since(this.xen, 4017) !== false) domain.grantFrames.delete(c.oldAux);
    } else if (c.oldKind === FrameKind.unknown && c.kind !== FrameKind.unknown)
      domain.placementsDoubtful = true;
  }
}

function countException(domain: Domain, oldKind: FrameKind, kind: FrameKind): void {
  const was = isException(oldKind);
  const is = isException(kind);
  if (was === is) return;
  domain.exceptions += is ? 1 : -1;
  if (domain.exceptions > domain.exceptionsPeak) domain.exceptionsPeak = domain.exceptions;
}

/** Kinds at which a device that takes gfn for mfn goes wrong. */
function isException(kind: FrameKind): boolean {
  return kind === FrameKind.grant || kind === FrameKind.foreign || kind === FrameKind.xen;
}

import { DOMID_FIRST_RESERVED, DOMID_SELF, since, type XenRelease } from "@xgt/hypercall-abi";
import type { Call } from "../call/call.ts";
import type { ConformanceId } from "../call/judgement.ts";
import {
  GUEST_ENTRY_PAGES_MAX,
  LARGE_ENTRY_PAGES_MAX,
  LARGE_EXTENT_FRAMES_MAX,
  P2M_LEAVES_MAX,
  SMALL_ENTRY_PAGES,
  SMALL_EXTENT_FRAMES,
} from "../limits.ts";
import type { Domain, Mode } from "./domain.ts";
import { FrameBudget } from "./frame-budget.ts";
import { EntryFlag, FrameKind, LINEAGE, NOT_KNOWN, SHARED_INFO } from "./frame-kind.ts";
import { LEAF, LeafPool } from "./frame-leaves.ts";
import type { EntryChange } from "./p2m.ts";

/** Order limits of callers (xen/common/memory.c:max_order@master, CONFIG_PAGEALLOC_MAX_ORDER of xen/arch/arm/include/asm/config.h@master). */
export const MAX_ORDER = 18;

/** One gfn's change by a call: what was there and what is there now. Valid during the callback only. */
export class Change implements EntryChange {
  domain: Domain;
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

  constructor(domain: Domain) {
    this.domain = domain;
  }
}

/** What a call maps at a gfn. One object serves a whole replay. */
class Mapping {
  kind: FrameKind = FrameKind.unknown;
  /** NOT_KNOWN: not known. */
  mfn = NOT_KNOWN;
  /** grant: handle; foreign: domid; xen: index of the frame, or SHARED_INFO. NOT_KNOWN: not known. */
  aux = NOT_KNOWN;
  readOnly = false;

  /** Sets every member. */
  set(kind: FrameKind, mfn: number, aux: number, readOnly: boolean): this {
    this.kind = kind;
    this.mfn = mfn;
    this.aux = aux;
    this.readOnly = readOnly;
    return this;
  }
}

/** Who is told of what the semantics find. */
export interface MachineObserver {
  change(change: Change): void;
  /** Whether `count` gfns from that of `change` on may change alike at once: nobody has anything to say of a single one. */
  mayRun(change: Change, count: number): boolean;
  /** They have changed so. */
  changeRun(change: Change, count: number): void;
  /** The log holds a result that this Xen cannot have given. `expected` and `logged` in words. */
  contradiction(rule: ConformanceId, call: Call, gfn: number, expected: string, logged: string): void;
  /** A domain begins or ends (DomainChange). `mode`: how a new one is mapped, unless the specification says; absent: not known. */
  lifeChanged(domid: number, what: number, mode: Mode | undefined): void;
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
  readonly xen: XenRelease | null;
  readonly domains = new Map<number, Domain>();
  /** Domains that are known not to exist; undefined: not known which others there are. */
  readonly otherDomains: readonly number[] | undefined;
  /** Number of the event under way. */
  event = 0;
  private readonly observer: MachineObserver;
  /** What the semantics map next. */
  readonly mapping = new Mapping();
  private changed: Change | undefined;

  constructor(
    xen: XenRelease | null,
    otherDomains: readonly number[] | undefined,
    observer: MachineObserver,
  ) {
    this.xen = xen;
    this.otherDomains = otherDomains;
    this.observer = observer;
  }

  /** Nobody looks at the domains any more: their memory serves the next machine of the thread. */
  release(): void {
    for (const domain of this.domains.values()) domain.release();
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

  /** A call made a domain begin or end (DomainChange). `mode`: how a new one is mapped, unless the specification says. */
  changeLife(domid: number, what: number, mode?: Mode): void {
    this.observer.lifeChanged(domid, what, mode);
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

  /**
   * Maps a frame at a gfn, over whatever is there: own RAM there is displaced. Returns what was there, valid until the
   * next change. `call` undefined: not a call, the guest's own table named a grant. `item`: its extent, op or batch item.
   */
  map(domain: Domain, call: Call | undefined, item: number, gfn: number, what: Readonly<Mapping>): Change {
    const c = this.open(domain, call, item, gfn);
    c.kind = what.kind;
    c.mfn = what.mfn;
    c.aux = what.aux;
    const displaced = c.oldKind === FrameKind.own ? EntryFlag.displaced : 0;
    c.flags = (what.readOnly ? EntryFlag.readOnly : 0) | (c.oldFlags & LINEAGE) | displaced;
    return this.close(domain, c);
  }

  /** Own RAM is (back) at a gfn: no lineage is left. */
  fill(domain: Domain, call: Call, item: number, gfn: number): void {
    const c = this.open(domain, call, item, gfn);
    c.kind = FrameKind.own;
    c.mfn = domain.directMapped ? gfn : NOT_KNOWN;
    c.aux = NOT_KNOWN;
    c.flags = 0;
    this.close(domain, c);
  }

  /** The gfn becomes a hole; `lineage` is added to what is known of how own RAM left it. */
  clear(domain: Domain, call: Call | undefined, item: number, gfn: number, lineage: number): void {
    const c = this.open(domain, call, item, gfn);
    c.kind = FrameKind.hole;
    c.mfn = NOT_KNOWN;
    c.aux = NOT_KNOWN;
    c.flags = (c.oldFlags & LINEAGE) | lineage;
    this.close(domain, c);
  }

  /**
   * Own RAM comes to gfns (`kind` own), or leaves holes there, in place of `oldKind` (own, hole or unknown), all alike and at
   * once. Gives how many from `gfn` on changed: those of one leaf at most; 0: they are to be changed one by one. With `trial`
   * nothing changes: it only gives how many may. `call` undefined: one that did all that it was asked for.
   */
  changeRun(
    domain: Domain,
    call: Call | undefined,
    item: number,
    gfn: number,
    count: number,
    oldKind: FrameKind,
    kind: FrameKind,
    lineage: number,
    trial: boolean,
  ): number {
    const { frames, p2m } = domain;
    const found = frames.find(gfn);
    const isShared = found < 0 || frames.isUniform(found);
    if (p2m.kindAt(found, gfn) !== oldKind || (isShared && frames.room < 1)) return 0;
    const c = this.read(domain, call, item, gfn, found);
    const n = p2m.alike(gfn, found, Math.min(count, LEAF - (gfn % LEAF)));
    c.kind = kind;
    c.mfn = kind === FrameKind.own && domain.directMapped ? gfn : NOT_KNOWN;
    c.aux = NOT_KNOWN;
    c.flags = kind === FrameKind.own ? 0 : (c.oldFlags & LINEAGE) | lineage;
    if (!this.observer.mayRun(c, n)) return 0;
    if (trial) return n;
    this.leave(domain, c);
    if (!isShared || n < LEAF || !p2m.writeLeaf(c, this.event)) {
      c.entry = p2m.touch(gfn);
      p2m.writeRun(c.entry, c, n, this.event);
    }
    if (kind === FrameKind.own) domain.noteMapped(gfn + n - 1);
    this.observer.changeRun(c, n);
    return n;
  }

  /**
   * Tells of `count` gfns that were changed alike by a call that did all that it was asked for, as `changeRun` does. `gfn` is
   * the one that came first: the lowest, or the highest.
   */
  tellRun(domain: Domain, gfn: number, count: number, oldKind: FrameKind, kind: FrameKind): void {
    const c = this.read(domain, undefined, 0, gfn, domain.frames.find(gfn));
    c.oldKind = oldKind;
    c.kind = kind;
    this.observer.changeRun(c, count);
  }

  /**
   * What the gfn holds is no longer known. A call whose end is not in the log counts from its beginning on: what was done
   * there since is known all the same.
   */
  blur(domain: Domain, call: Call | undefined, item: number, gfn: number): void {
    if (call !== undefined && !call.certain && domain.p2m.eventAt(gfn) > call.enterEvent) return;
    // Something may have been mapped here, and the highest gfn ever mapped be this one.
    domain.notePerhapsMapped(gfn);
    const c = this.open(domain, call, item, gfn);
    c.kind = FrameKind.unknown;
    c.mfn = NOT_KNOWN;
    c.aux = NOT_KNOWN;
    c.flags = 0;
    this.close(domain, c);
  }

  /** The frame of the grant at this gfn, and of the handle that made it, has become known. */
  learnGrantMfn(domain: Domain, gfn: number, mfn: number): void {
    const handle = domain.p2m.auxAt(gfn);
    domain.p2m.learnGrantMfn(gfn, mfn);
    const slot = handle === NOT_KNOWN ? -1 : domain.maptrack.find(handle);
    if (slot >= 0) domain.maptrack.learnMfn(slot, mfn);
  }

  /** All of a domain's state is no longer known. */
  forget(domain: Domain, why: string): void {
    domain.forget();
    this.observer.forgotten(domain, why);
  }

  /** Pages of an entry of a guest's own table that are followed. */
  entryPages(count: number): number {
    return this.entryBudget.take(Math.min(count, GUEST_ENTRY_PAGES_MAX));
  }

  /** Begins a change: the reused object holds what is at the gfn now. */
  private open(domain: Domain, call: Call | undefined, item: number, gfn: number): Change {
    return this.read(domain, call, item, gfn, this.touch(domain, gfn));
  }

  /** As `open`; entry -1: the gfn has none. */
  private read(domain: Domain, call: Call | undefined, item: number, gfn: number, entry: number): Change {
    this.changed ??= new Change(domain);
    const c = this.changed;
    c.domain = domain;
    c.call = call;
    c.item = item;
    c.gfn = gfn;
    c.entry = entry;
    domain.p2m.read(entry, c);
    return c;
  }

  /** Ends a change: the state follows it, and the observer is told. */
  private close(domain: Domain, c: Change): Change {
    this.leave(domain, c);
    domain.p2m.write(c.entry, c, this.event);
    if (c.kind !== FrameKind.hole && c.kind !== FrameKind.unknown) domain.noteMapped(c.gfn);
    const was = isException(c.oldKind);
    const is = isException(c.kind);
    if (was !== is) domain.countException(is ? 1 : -1);
    this.observer.change(c);
    return c;
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
      domain.p2m.noteGone(c.entry, c.oldMfn, this.event);
      const slot = c.oldAux === NOT_KNOWN ? -1 : domain.maptrack.find(c.oldAux);
      if (slot >= 0) domain.maptrack.loseMapping(slot);
    } else if (c.oldKind === FrameKind.xen) {
      // Before 4.17 Xen kept a frame's gfn until its next placement (common/grant_table.c:gnttab_map_frame@4.16).
      const forgets = c.oldAux === SHARED_INFO || since(this.xen, "4.17") !== false;
      if (forgets && c.oldAux !== NOT_KNOWN) domain.xenPages.leave(c.oldAux);
    } else if (c.oldKind === FrameKind.unknown && c.kind !== FrameKind.unknown) domain.xenPages.doubt();
  }
}

/** Kinds at which a device that takes gfn for mfn goes wrong. */
function isException(kind: FrameKind): boolean {
  return kind === FrameKind.grant || kind === FrameKind.foreign || kind === FrameKind.xen;
}

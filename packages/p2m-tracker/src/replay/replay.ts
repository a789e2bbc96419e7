import { GRANT_TABLE_OP, MEMORY_OP, PAGE_SIZE } from "@xgt/hypercall-abi";
import {
  DomainChange,
  domainChange,
  EventBatch,
  EventKind,
  type EventLoopTurns,
  FRAMES_END,
  GrantView,
  GuestEntryView,
  lostCount,
  ShareView,
} from "@xgt/hypercall-log";
import { Call } from "../call/call.ts";
import { exceedsCall } from "../call/exceeds-call.ts";
import type { ConformanceId } from "../call/judgement.ts";
import { PendingCalls } from "../call/pending-calls.ts";
import { DOMAINS_MAX, P2M_LEAVES_MAX } from "../limits.ts";
import { rules } from "../rules/index.ts";
import type { Rule, RuleInput } from "../rules/kinds/rule.ts";
import { cacheFlushFields } from "../semantics/grant/cache-flush.ts";
import { semanticsOf } from "../semantics/index.ts";
import type { DmaPage } from "../state/dma-page.ts";
import type { Domain, Mode } from "../state/domain.ts";
import { LeafPool } from "../state/frame-leaves.ts";
import { type Change, Machine, type MachineObserver } from "../state/machine.ts";
import { type ReplaySetup, type RunFacts, runFactsOf, specsOf, startDomain } from "../state/setup.ts";
import { CallCounts } from "./call-counts.ts";
import { DmaOffsets } from "./dma-offsets.ts";
import { DmaTracker } from "./dma-tracker.ts";
import { reportDmaPage } from "./dma-verdict.ts";
import { FindingJoiner } from "./finding-joiner.ts";
import { applyGuestEntry } from "./guest-evidence.ts";
import { inputsOf } from "./known-inputs.ts";
import { countFrames, mapRuns } from "./map-runs.ts";
import { RecorderGaps } from "./recorder-gaps.ts";
import { ReplayHost } from "./replay-host.ts";
import { ObserverList, type ReplayEvent, type ReplayObserver } from "./replay-observer.ts";
import type { MapRun, ReplayResult } from "./replay-result.ts";
import { undecidedRules } from "./undecided.ts";

export interface ReplayOptions {
  /** Stop after this event. */
  readonly until?: number | undefined;
  /** Who is told of everything, in this order. */
  readonly observers?: readonly ReplayObserver[] | undefined;
}

/** Why nothing is known after a call that is not followed. */
const TOO_MUCH = "a call names more than is followed";
/** Events between two looks at the clock. */
const ROWS_IN_A_ROW = 64;

/** The event under way, as observers see it. */
type OpenEvent = { -readonly [key in keyof ReplayEvent]: ReplayEvent[key] };

/**
 * Replays events: each call's semantics change the state of its domains, rules watch, observers are told. Feed batches
 * in order, then finish. The loop makes no object per event.
 */
export class Replay implements MachineObserver {
  readonly machine: Machine;
  private readonly setup: ReplaySetup;
  private readonly until: number;
  private readonly run: RunFacts;
  private readonly host: ReplayHost;
  private readonly joiner = new FindingJoiner();
  private readonly observers: ObserverList;
  private readonly pending = new PendingCalls();
  private readonly call = new Call();
  private readonly entering = new Call();
  private readonly guestEntry = new GuestEntryView();
  private readonly grant = new GrantView();
  private readonly share = new ShareView();
  private readonly current: OpenEvent = { number: 0, batch: new EventBatch(), row: 0, call: null };
  private readonly dma: DmaTracker;
  private readonly offsets: DmaOffsets;
  private readonly inputs = new Set<RuleInput>();
  /** By log: the domain of its events that name none. */
  private readonly defaults: readonly number[];
  private readonly acted = new Set<number>();
  /** Domains that were destroyed and have not acted since. */
  private readonly destroyed = new Set<number>();
  private lastActing = -1;
  /** Events besides calls that something is checked of. */
  private checkedEvents = 0;
  private readonly ruleById = new Map<string, Rule>(rules.map((rule) => [rule.id, rule]));
  private readonly counts = new CallCounts();
  private readonly gaps: RecorderGaps;
  private operationCount = 0;
  private timeFirst = Number.NaN;
  private timeLast = Number.NaN;

  constructor(setup: ReplaySetup, options: ReplayOptions = {}) {
    this.setup = setup;
    this.until = options.until ?? Number.POSITIVE_INFINITY;
    this.run = runFactsOf(setup);
    this.observers = new ObserverList(options.observers ?? []);
    this.gaps = new RecorderGaps(setup.sources.length);
    this.machine = new Machine(this.run.xen, this.run.otherDomains, this);
    this.host = new ReplayHost(this.machine, this.run, setup, this.joiner, this.counts.counters);
    this.offsets = new DmaOffsets(this.host);
    for (const spec of specsOf(setup).slice(0, DOMAINS_MAX)) this.domain(spec.domid);
    this.defaults = setup.sources.map(({ domid }) => domid ?? this.run.defaultDomid);
    this.dma = new DmaTracker(
      this.run.fromBoot,
      setup.strings,
      (page) => this.dmaPage(page),
      (domain, device, gfn, bus, size) => this.host.deviceAddress(domain, device, gfn, bus, size),
    );
    this.observers.start(this.machine);
  }

  /** Extents, grant ops, batch items and single calls so far. */
  get operations(): number {
    return this.operationCount;
  }

  /** Whether the replay has reached the event after which it was to stop. */
  get stopped(): boolean {
    return this.machine.event >= this.until;
  }

  /**
   * Replays a batch from a row on. The batch may be used again afterwards. Returns how many of its rows are replayed: all,
   * but for `until`, and where `turns` say that others are to have theirs.
   */
  feed(batch: EventBatch, first = 0, turns?: EventLoopTurns): number {
    this.current.batch = batch;
    for (let row = first; row < batch.length; row++) {
      if (row % ROWS_IN_A_ROW === ROWS_IN_A_ROW - 1 && row > first && turns?.isOver) return row;
      if (batch.kind[row] === EventKind.mark) this.observers.mark(batch, row);
      else if (this.machine.event >= this.until) return row;
      else if (batch.kind[row] === EventKind.gap) this.lost(batch, row);
      else this.replayRow(batch, row);
    }
    return batch.length;
  }

  /** Ends the replay: what is still open is judged, and everything is counted. */
  finish(): ReplayResult {
    for (const call of this.pending.calls()) this.giveUp(call);
    this.offsets.end();
    this.host.end();
    this.tellFindings(true);
    this.counts.counters.dmaPagesNotSeen = this.dma.pagesNotSeen;
    const result = this.result();
    this.observers.end(result);
    return result;
  }

  /** A domain's p2m as runs; `all`: own RAM too. */
  mapRuns(domid: number, all: boolean): MapRun[] {
    const domain = this.machine.domains.get(domid);
    return domain === undefined ? [] : mapRuns(domain, all);
  }

  change(change: Change): void {
    this.dma.change(change, change.domain);
    this.host.dispatch.change(change);
    this.observers.change(change);
  }

  contradiction(rule: ConformanceId, call: Call, gfn: number, expected: string, logged: string): void {
    const entry = this.ruleById.get(rule);
    if (entry === undefined) return;
    const domain = this.machine.domains.get(call.target ?? call.caller);
    this.host.report(entry, {
      domain,
      gfn,
      certain: domain === undefined || !this.isAssumed(domain, gfn),
      message: `${call.name}: the log says ${logged}; this Xen ${expected.startsWith("returns") ? expected : `gives ${expected}`}`,
    });
  }

  /** Whether what a gfn holds is only assumed: a log that began late and has not touched it. */
  private isAssumed(domain: Domain, gfn: number): boolean {
    if (this.run.fromBoot || Number.isNaN(gfn)) return false;
    return domain.p2m.eventAt(gfn) === 0;
  }

  lifeChanged(domid: number, what: number, mode: Mode | undefined): void {
    this.inputs.add("domain-events");
    this.domainChanged(domid, what, mode);
  }

  forgotten(domain: Domain, why: string): void {
    this.counts.forgot(why);
    this.host.forgotten(domain);
  }

  /** The state of a domain, made when it is first seen acting. */
  private domain(domid: number): Domain {
    if (this.destroyed.size > 0 && this.destroyed.has(domid)) this.restart(domid, false);
    let domain = this.machine.domains.get(domid);
    if (domain === undefined) {
      const kept = this.machine.domains.size < DOMAINS_MAX;
      const leaves = kept ? this.machine.leaves : new LeafPool(P2M_LEAVES_MAX);
      domain = startDomain(this.setup, domid, this.run, leaves);
      if (kept) this.machine.domains.set(domid, domain);
    }
    return domain;
  }

  /** The domain of an event that is no call and that something is checked of. */
  private acting(batch: EventBatch, row: number): Domain {
    const domain = this.domain(this.domidOf(batch, row));
    this.checkedEvents++;
    if (domain.domid !== this.lastActing) this.acted.add(domain.domid);
    this.lastActing = domain.domid;
    return domain;
  }

  private domidOf(batch: EventBatch, row: number): number {
    const domid = batch.domid[row];
    return domid < 0 ? this.defaults[batch.source[row]] : domid;
  }

  /** One event: numbered, joined with its other half, told, applied. */
  private replayRow(batch: EventBatch, row: number): void {
    const event = ++this.machine.event;
    this.host.time = batch.time[row];
    this.host.place = batch.place[row];
    this.host.source = batch.source[row];
    if (!Number.isNaN(batch.time[row])) {
      if (Number.isNaN(this.timeFirst)) this.timeFirst = batch.time[row];
      this.timeLast = batch.time[row];
    }
    const { current, observers } = this;
    current.number = event;
    current.row = row;
    current.call = this.callOf(batch, row);
    observers.begin(current);
    this.event(batch, row);
    if (this.joiner.holds) this.tellFindings(false);
    observers.after(current);
  }

  private tellFindings(atEnd: boolean): void {
    for (const finding of this.joiner.take()) this.observers.finding(finding, atEnd);
  }

  /** The call that an event is a half of; null where it is none, or its beginning is not in the log. */
  private callOf(batch: EventBatch, row: number): Call | null {
    const kind = batch.kind[row];
    if (kind === EventKind.exit) return this.leaving(batch, row);
    return kind === EventKind.enter ? this.entered(batch, row) : null;
  }

  /** A call begins. One of the same number that has not ended never will. */
  private entered(batch: EventBatch, row: number): Call {
    const id = batch.call[row];
    if (this.pending.has(id)) this.giveUp(id);
    const { excess } = this.pending;
    if (excess !== undefined) this.giveUp(excess);
    const call = this.entering;
    call.reset();
    call.nr = batch.nr[row];
    call.cmd = batch.cmd[row];
    call.start = batch.start[row];
    call.caller = this.domidOf(batch, row);
    call.pid = batch.pid[row];
    call.comm = batch.comm[row];
    call.via = batch.via[row];
    call.enterEvent = this.machine.event;
    call.enterTime = batch.time[row];
    call.enterPlace = batch.place[row];
    call.enterSource = batch.source[row];
    call.exitEvent = 0;
    call.ret = Number.NaN;
    call.loadInput(batch.words, batch.payload[row], batch.payloadEnd(row));
    return call;
  }

  /** A call ends; null where its beginning is not in the log. */
  private leaving(batch: EventBatch, row: number): Call | null {
    const call = this.call;
    call.reset();
    if (!this.pending.take(batch.call[row], call)) return null;
    call.exitEvent = this.machine.event;
    call.exitTime = batch.time[row];
    call.exitPlace = batch.place[row];
    call.exitSource = batch.source[row];
    call.ret = batch.ret[row];
    call.loadOutput(batch.words, batch.payload[row], batch.payloadEnd(row));
    return call;
  }

  private event(batch: EventBatch, row: number): void {
    const { call } = this.current;
    switch (batch.kind[row]) {
      case EventKind.enter:
        return this.enter(this.entering, batch, row);
      case EventKind.exit:
        return call === null ? this.exitWithoutEnter(batch, row) : this.finishCall(call);
      case EventKind.guestP2m:
        return this.guestP2m(batch, row);
      case EventKind.dma:
        return this.dmaEvent(batch, row);
      case EventKind.lost:
        return this.lost(batch, row);
      case EventKind.share:
      case EventKind.unshare:
        return this.shared(batch, row);
      default:
        return this.grantOrDomain(batch, row);
    }
  }

  private enter(call: Call, batch: EventBatch, row: number): void {
    this.domain(call.caller);
    this.gaps.call(batch.source[row]);
    this.operationCount += call.in.operations;
    if (!exceedsCall(call)) this.host.dispatch.begin(call);
    this.pending.open(batch, row, call.caller, this.machine.event);
  }

  /** Applies a call of which all that the log has is known. */
  private finishCall(call: Call): void {
    this.counts.count(call);
    if (exceedsCall(call)) {
      this.forgetAll(TOO_MUCH);
      return;
    }
    this.host.dispatch.before(call);
    if (call.shape?.subOp.name === "cache_flush") this.flush(call);
    semanticsOf(call)?.replay(call, this.machine);
    this.host.dispatch.after(call);
  }

  /** A page of a DMA: judged at its own event, and again at each call that changes it while it is mapped. */
  private dmaPage(page: DmaPage): void {
    const own = page.event === this.machine.event;
    reportDmaPage(page, this.host, own ? 0 : this.machine.event, this.offsets);
    if (own) this.host.dmaPage(page);
  }

  private flush(call: Call): void {
    const domain = this.domain(call.caller);
    for (let row = 0; row < call.in.rows; row++) {
      const bus = call.in.u64(row, cacheFlushFields.bus);
      const length = call.in.u64(row, cacheFlushFields.length);
      if (Number.isNaN(bus) || length === 0) continue;
      this.dma.flush(domain, Math.floor(bus / PAGE_SIZE), this.machine.event, call.ret < 0);
    }
  }

  /**
   * The other half of a call never came: what it may have done is unknown. Rules judge what it asked for only where
   * nothing followed: otherwise that was long ago, and what there was then is not kept.
   */
  private giveUp(id: number): void {
    const call = this.call;
    call.reset();
    if (!this.pending.take(id, call)) return;
    this.counts.counters.entersWithoutExit++;
    call.exitEvent = 0;
    call.ret = Number.NaN;
    call.out.clear();
    if (this.machine.event === call.enterEvent) this.finishCall(call);
    else {
      this.counts.count(call);
      if (exceedsCall(call)) this.forgetAll(TOO_MUCH);
      else semanticsOf(call)?.replay(call, this.machine);
    }
    this.observers.abandoned(call);
  }

  /** Nothing of any domain is known any more. */
  private forgetAll(why: string): void {
    for (const domain of this.machine.domains.values()) this.machine.forget(domain, why);
  }

  private exitWithoutEnter(batch: EventBatch, row: number): void {
    this.counts.counters.exitsWithoutEnter++;
    const nr = batch.nr[row];
    const failed = batch.ret[row] < 0;
    const other = nr >= 0 && nr !== MEMORY_OP && nr !== GRANT_TABLE_OP;
    if (!failed && !other) {
      this.machine.forget(this.domain(this.domidOf(batch, row)), "a call's beginning is not in the log");
    }
  }

  private guestP2m(batch: EventBatch, row: number): void {
    this.inputs.add("guest-p2m");
    this.operationCount++;
    const { guestEntry } = this;
    const domain = this.acting(batch, row);
    guestEntry.load(batch, row);
    const { pfn, mfn } = guestEntry;
    if (pfn >= FRAMES_END) {
      this.counts.counters.entriesNotFollowed++;
      return;
    }
    const count = this.machine.entryPages(guestEntry.count);
    applyGuestEntry(this.machine, domain, pfn, mfn, count);
    this.host.guestP2m(domain, pfn, mfn, count, batch.pid[row]);
    domain.guestP2m.set(pfn, mfn, count, this.machine.event);
  }

  private shared(batch: EventBatch, row: number): void {
    this.inputs.add("shares");
    const domain = this.acting(batch, row);
    const { share, machine } = this;
    share.load(batch, row);
    const { gfn, partner } = share;
    if (gfn >= FRAMES_END) {
      this.counts.counters.entriesNotFollowed++;
      return;
    }
    const begins = batch.kind[row] === EventKind.share;
    const count = machine.entryPages(share.count);
    this.host.share(domain, gfn, count, partner, begins);
    for (let page = gfn; page < gfn + count; page++) {
      if (begins) domain.shared.share(page, machine.event, partner);
      else domain.shared.unshare(page);
    }
  }

  private dmaEvent(batch: EventBatch, row: number): void {
    this.inputs.add("dma");
    this.operationCount++;
    this.dma.event(batch, row, this.acting(batch, row), this.machine.event);
  }

  /** What was lost may have changed anything that this recorder alone saw. */
  private lost(batch: EventBatch, row: number): void {
    const count = lostCount(batch, row);
    const source = batch.source[row];
    this.counts.counters.lost += count;
    this.gaps.lost(source, count);
    const covered = this.gaps.isCovered(source, this.machine.event);
    this.dma.table.clear();
    for (const domain of this.machine.domains.values()) {
      if (covered) domain.guestP2m.forget();
      else this.machine.forget(domain, "records were lost");
    }
  }

  /** A destroyed domain takes all with it: who has its id afterwards begins anew. "boot" is another kernel in the same life. */
  private domainChanged(domid: number, what: number, mode: Mode | undefined): void {
    this.host.domainChange(domid, what);
    if (what === DomainChange.destroy) this.destroyed.add(domid);
    else if (what === DomainChange.create) this.restart(domid, true, mode);
  }

  /** A new life of a domain's id. `seen`: the log holds every call from its beginning on. */
  private restart(domid: number, seen: boolean, mode?: Mode): void {
    this.destroyed.delete(domid);
    const { machine, setup } = this;
    const old = machine.domains.get(domid);
    if (old !== undefined) {
      this.host.forgotten(old);
      old.p2m.forget();
    } else if (mode === undefined || machine.domains.size >= DOMAINS_MAX) return;
    machine.domains.set(
      domid,
      startDomain(setup, domid, { ...this.run, fromBoot: seen }, machine.leaves, mode),
    );
  }

  private grantOrDomain(batch: EventBatch, row: number): void {
    const kind = batch.kind[row];
    if (kind === EventKind.domain) {
      this.lifeChanged(this.domidOf(batch, row), domainChange(batch, row), undefined);
      return;
    }
    this.inputs.add("grant-entries");
    const domain = this.acting(batch, row);
    const { grant } = this;
    grant.load(batch, row);
    const { ref, dom, gfn, readOnly } = grant;
    this.host.grant(domain, ref, dom, gfn, readOnly);
    if (kind === EventKind.grant) {
      domain.grants.remember({ ref, dom, gfn, ro: readOnly });
    } else domain.grants.end(ref);
  }

  private result(): ReplayResult {
    const domains = [...this.machine.domains.values()].sort((a, b) => a.domid - b.domid);
    return {
      events: this.machine.event,
      operations: this.operationCount,
      timeFirst: Number.isNaN(this.timeFirst) ? null : this.timeFirst,
      timeLast: Number.isNaN(this.timeLast) ? null : this.timeLast,
      domains: domains.map((domain) => ({
        domid: domain.domid,
        acted: this.acted.has(domain.domid) || this.counts.of(domain.domid).size > 0,
        mode: domain.mode,
        ramKnown: domain.ram !== undefined,
        frames: countFrames(domain),
        handlesLive: domain.maptrack.live,
        handlesPeak: domain.maptrack.livePeak,
        exceptionsPeak: domain.exceptionsPeak,
        calls: this.counts.of(domain.domid),
      })),
      undecided: undecidedRules(rules, inputsOf(this.setup, this.run, domains, this.inputs), this.host.open),
      unmodelled: this.counts.modelled.unmodelled,
      checked: this.counts.modelled.modelled + this.checkedEvents,
      indeterminate: this.host.indeterminateCount,
      counters: this.counts.counters,
    };
  }
}

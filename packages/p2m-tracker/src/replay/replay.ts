import type { Finding } from "@xgt/findings";
import { Errno, GRANT_TABLE_OP, MEMORY_OP, PAGE_SIZE } from "@xgt/hypercall-abi";
import {
  domainChange,
  type EventBatch,
  EventKind,
  GrantView,
  GuestEntryView,
  lostCount,
  Recorded,
} from "@xgt/hypercall-log";
import { Call } from "../call/call.ts";
import type { ConformanceId } from "../call/judgement.ts";
import { PendingCalls } from "../call/pending-calls.ts";
import { CALL_NAMES_MAX, DOMAINS_MAX, P2M_LEAVES_MAX } from "../limits.ts";
import { rules } from "../rules/index.ts";
import type { Rule, RuleInput } from "../rules/kinds/rule.ts";
import { cacheFlushFields } from "../semantics/grant/cache-flush.ts";
import { semanticsOf } from "../semantics/index.ts";
import type { DmaPage } from "../state/dma-page.ts";
import type { Domain } from "../state/domain.ts";
import { type Change, Machine, type MachineObserver } from "../state/machine.ts";
import { LeafPool } from "../state/p2m.ts";
import { type ReplaySetup, type RunFacts, runFactsOf, specsOf, startDomain } from "../state/setup.ts";
import { describeCall, describeOther } from "./describe-event.ts";
import { DmaTracker } from "./dma-tracker.ts";
import { reportDmaPage } from "./dma-verdict.ts";
import { describeChanges, EffectLog } from "./effect-log.ts";
import { FindingCollector } from "./finding-collector.ts";
import { applyGuestEntry } from "./guest-evidence.ts";
import { countFrames, mapRuns } from "./map-runs.ts";
import { ReplayHost } from "./replay-host.ts";
import type { EventEffect, MapRun, ReplayCounters, ReplayResult } from "./replay-result.ts";
import { undecidedRules } from "./undecided.ts";

export interface ReplayOptions {
  /** Stop after this event. */
  readonly until?: number | undefined;
  /** Called for every event with what it did; costs text per event. */
  readonly onEvent?: ((effect: EventEffect) => void) | undefined;
  /** Called for every finding, as soon as the event that it is about is over. */
  readonly onFinding?: ((finding: Finding) => void) | undefined;
}

/**
 * Replays events: each call's semantics change the state of its domains, rules watch. Feed batches in order, then
 * finish. The loop makes no object per event.
 */
export class Replay implements MachineObserver {
  readonly machine: Machine;
  private readonly setup: ReplaySetup;
  private readonly options: ReplayOptions;
  private readonly run: RunFacts;
  private readonly host: ReplayHost;
  private readonly collector: FindingCollector;
  private readonly pending = new PendingCalls();
  private readonly call = new Call();
  private readonly entering = new Call();
  private readonly guestEntry = new GuestEntryView();
  private readonly grant = new GrantView();
  private readonly dma: DmaTracker;
  private readonly effects: EffectLog | undefined;
  private readonly inputs = new Set<RuleInput>();
  private readonly ruleById = new Map<string, Rule>(rules.map((rule) => [rule.id, rule]));
  private readonly calls = new Map<number, Map<string, number>>();
  private readonly counters: ReplayCounters = {
    entersWithoutExit: 0,
    exitsWithoutEnter: 0,
    unknownSubOps: 0,
    lost: 0,
    opsNotRecorded: 0,
    dmaPagesNotSeen: 0,
    forgotten: new Map(),
  };
  private operations = 0;
  private timeFirst = Number.NaN;
  private timeLast = Number.NaN;
  /** Calls and lost records by source: one recorder's gaps do not make another's calls doubtful. */
  private readonly callsBySource: number[] = [];
  private readonly lossesBySource: number[] = [];

  constructor(setup: ReplaySetup, options: ReplayOptions = {}) {
    this.setup = setup;
    this.options = options;
    this.run = runFactsOf(setup);
    this.machine = new Machine(this.run.xen, this.run.otherDomains, this);
    this.collector = new FindingCollector(options.onFinding);
    this.host = new ReplayHost(this.machine, this.run, setup, this.collector);
    for (const spec of specsOf(setup).slice(0, DOMAINS_MAX)) this.domain(spec.domid);
    const first = this.domain(this.run.defaultDomid);
    this.dma = new DmaTracker(first, this.run.fromBoot, (page) => this.dmaPage(page));
    this.effects = options.onEvent === undefined ? undefined : new EffectLog();
    this.noteInputs();
  }

  /** Replays a batch. The batch may be reused afterwards. */
  feed(batch: EventBatch): void {
    const until = this.options.until ?? Number.POSITIVE_INFINITY;
    for (let row = 0; row < batch.length; row++) {
      if (batch.kind[row] === EventKind.mark) continue;
      if (this.machine.event >= until) return;
      this.machine.event++;
      this.host.time = batch.time[row];
      this.host.place = batch.place[row];
      this.host.source = batch.source[row];
      if (!Number.isNaN(batch.time[row])) {
        if (Number.isNaN(this.timeFirst)) this.timeFirst = batch.time[row];
        this.timeLast = batch.time[row];
      }
      this.event(batch, row);
    }
  }

  /** Ends the replay: what is still open is judged, and everything is counted. */
  finish(): ReplayResult {
    for (const call of this.pending.calls()) this.giveUp(call);
    this.host.end();
    this.counters.dmaPagesNotSeen = this.dma.pagesNotSeen;
    this.collector.flush();
    const domains = [...this.machine.domains.values()].sort((a, b) => a.domid - b.domid);
    return {
      events: this.machine.event,
      operations: this.operations,
      timeFirst: Number.isNaN(this.timeFirst) ? null : this.timeFirst,
      timeLast: Number.isNaN(this.timeLast) ? null : this.timeLast,
      domains: domains.map((domain) => ({
        domid: domain.domid,
        mode: domain.mode,
        ramKnown: domain.ram !== undefined,
        frames: countFrames(domain),
        handlesLive: domain.maptrack.live,
        handlesPeak: domain.maptrack.livePeak,
        exceptionsPeak: domain.exceptionsPeak,
        calls: this.calls.get(domain.domid) ?? new Map(),
      })),
      findings: this.collector.findings,
      findingsDropped: this.collector.dropped,
      undecided: undecidedRules(rules, this.inputs, this.host.open),
      summary: { ...this.collector.severities, indeterminate: this.host.indeterminateCount },
      counters: this.counters,
    };
  }

  /** A domain's p2m as runs; `all`: own RAM too. */
  mapRuns(domid: number, all: boolean): MapRun[] {
    const domain = this.machine.domains.get(domid);
    return domain === undefined ? [] : mapRuns(domain, all);
  }

  change(change: Change): void {
    this.dma.change(change, change.domain);
    this.host.dispatch.change(change);
    this.effects?.add(change);
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

  forgotten(domain: Domain, why: string): void {
    this.counters.forgotten.set(why, (this.counters.forgotten.get(why) ?? 0) + 1);
    this.host.forgotten(domain);
  }

  /** The state of a domain, made when it is first seen acting. */
  private domain(domid: number): Domain {
    let domain = this.machine.domains.get(domid);
    if (domain === undefined) {
      const kept = this.machine.domains.size < DOMAINS_MAX;
      const leaves = kept ? this.machine.leaves : new LeafPool(P2M_LEAVES_MAX);
      domain = startDomain(this.setup, domid, this.run, leaves);
      if (kept) this.machine.domains.set(domid, domain);
    }
    return domain;
  }

  private domidOf(batch: EventBatch, row: number): number {
    const domid = batch.domid[row];
    return domid < 0 ? this.run.defaultDomid : domid;
  }

  private event(batch: EventBatch, row: number): void {
    switch (batch.kind[row]) {
      case EventKind.enter:
        return this.enter(batch, row);
      case EventKind.exit:
        return this.exit(batch, row);
      case EventKind.guestP2m:
        return this.guestP2m(batch, row);
      case EventKind.dma:
        return this.dmaEvent(batch, row);
      case EventKind.lost:
        return this.lost(batch, row);
      default:
        return this.grantOrDomain(batch, row);
    }
  }

  private enter(batch: EventBatch, row: number): void {
    const id = batch.call[row];
    if (this.pending.has(id)) this.giveUp(id);
    const caller = this.domidOf(batch, row);
    this.domain(caller);
    const source = batch.source[row];
    this.callsBySource[source] = (this.callsBySource[source] ?? 0) + 1;
    const call = this.entering;
    call.nr = batch.nr[row];
    call.cmd = batch.cmd[row];
    call.start = batch.start[row];
    call.caller = caller;
    call.pid = batch.pid[row];
    call.comm = batch.comm[row];
    call.via = batch.via[row];
    call.enterEvent = this.machine.event;
    call.exitEvent = 0;
    call.ret = Number.NaN;
    call.reset();
    call.loadInput(batch.words, batch.payload[row], batch.payloadEnd(row));
    this.host.dispatch.begin(call);
    this.pending.open(batch, row, caller, this.machine.event, (oldest) => this.giveUp(oldest));
    if (this.effects !== undefined) this.tell(describeCall(call, "enter"));
  }

  private exit(batch: EventBatch, row: number): void {
    const call = this.call;
    call.reset();
    if (!this.pending.take(batch.call[row], call)) {
      this.exitWithoutEnter(batch, row);
      return;
    }
    call.exitEvent = this.machine.event;
    call.exitTime = batch.time[row];
    call.exitPlace = batch.place[row];
    call.exitSource = batch.source[row];
    call.ret = batch.ret[row];
    call.loadOutput(batch.words, batch.payload[row], batch.payloadEnd(row));
    this.finishCall(call);
    if (this.effects !== undefined) this.tell(describeCall(call, "exit"));
  }

  /** Applies a call of which all that the log has is known. */
  private finishCall(call: Call): void {
    this.count(call);
    this.host.dispatch.before(call);
    if (call.shape?.subOp.name === "cache_flush") this.flush(call);
    semanticsOf(call)?.replay(call, this.machine);
    this.host.dispatch.after(call);
  }

  /** A page of a DMA: judged at its own event, and again at each call that changes it while it is mapped. */
  private dmaPage(page: DmaPage): void {
    const own = page.event === this.machine.event;
    reportDmaPage(page, this.host, own ? 0 : this.machine.event);
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

  private count(call: Call): void {
    const names = this.calls.get(call.caller) ?? new Map<string, number>();
    if (names.size === 0) this.calls.set(call.caller, names);
    const name = names.size < CALL_NAMES_MAX || names.has(call.name) ? call.name : "(others)";
    names.set(name, (names.get(name) ?? 0) + 1);
    this.operations += call.in.operations;
    if (call.shape === undefined) {
      const refused = call.retEquals(Errno.ENOSYS);
      if ((call.nr === MEMORY_OP || call.nr === GRANT_TABLE_OP) && !refused) this.counters.unknownSubOps++;
    } else if (call.shape.subOp.argument === "rows" && call.in.recorded !== Recorded.fault) {
      // What Xen could not read either is not missing.
      this.counters.opsNotRecorded += Math.max(0, call.in.count - call.in.rows);
    }
  }

  /** The other half of a call never came: what it may have done is unknown. */
  private giveUp(id: number): void {
    const call = this.call;
    call.reset();
    if (!this.pending.take(id, call)) return;
    this.counters.entersWithoutExit++;
    call.exitEvent = 0;
    call.ret = Number.NaN;
    call.out.clear();
    this.finishCall(call);
  }

  private exitWithoutEnter(batch: EventBatch, row: number): void {
    this.counters.exitsWithoutEnter++;
    const nr = batch.nr[row];
    const failed = batch.ret[row] < 0;
    const other = nr >= 0 && nr !== MEMORY_OP && nr !== GRANT_TABLE_OP;
    if (!failed && !other) {
      this.machine.forget(this.domain(this.domidOf(batch, row)), "a call's beginning is not in the log");
    }
    if (this.effects !== undefined) this.tell(describeOther("exit without its enter", batch, row));
  }

  private guestP2m(batch: EventBatch, row: number): void {
    this.inputs.add("guest-p2m");
    const { guestEntry } = this;
    guestEntry.load(batch, row);
    const { pfn, mfn } = guestEntry;
    const count = this.machine.entryPages(guestEntry.count);
    const domain = this.domain(this.domidOf(batch, row));
    this.operations++;
    applyGuestEntry(this.machine, domain, pfn, mfn, count);
    this.host.guestP2m(domain, pfn, mfn, count, batch.pid[row]);
    domain.guestP2m.set(pfn, mfn, count, this.machine.event);
    if (this.effects !== undefined) this.tell(describeOther("guest_p2m", batch, row));
  }

  private dmaEvent(batch: EventBatch, row: number): void {
    this.inputs.add("dma");
    this.operations++;
    this.dma.event(batch, row, this.domain(this.domidOf(batch, row)), this.machine.event);
    if (this.effects !== undefined) this.tell(describeOther("dma", batch, row));
  }

  /** What was lost may have changed anything that this recorder alone saw. */
  private lost(batch: EventBatch, row: number): void {
    const count = lostCount(batch, row);
    const source = batch.source[row];
    this.counters.lost += count;
    this.lossesBySource[source] = (this.lossesBySource[source] ?? 0) + count;
    const covered = this.isCovered(source);
    this.dma.table.clear();
    for (const domain of this.machine.domains.values()) {
      if (covered) domain.guestP2m.forget();
      else this.machine.forget(domain, "records were lost");
    }
    if (this.effects !== undefined) this.tell(describeOther("lost", batch, row));
  }

  /** Whether another log of the run, itself without a gap, holds the calls that this one lost. */
  private isCovered(source: number): boolean {
    // A ring that overwrote its oldest records says so first: the other logs have not spoken yet.
    if (this.machine.event === 1) return this.setup.sources.length > 1;
    return this.callsBySource.some(
      (calls, other) => other !== source && calls > 0 && !this.lossesBySource[other],
    );
  }

  private grantOrDomain(batch: EventBatch, row: number): void {
    const kind = batch.kind[row];
    if (kind === EventKind.domain) {
      this.inputs.add("domain-events");
      this.host.domainChange(this.domidOf(batch, row), domainChange(batch, row));
      if (this.effects !== undefined) this.tell(describeOther("domain", batch, row));
      return;
    }
    this.inputs.add("grant-entries");
    const domain = this.domain(this.domidOf(batch, row));
    const { grant } = this;
    grant.load(batch, row);
    const { ref, dom, gfn, readOnly } = grant;
    this.host.grant(domain, ref, dom, gfn, readOnly);
    if (kind === EventKind.grant) {
      domain.grants.remember({ ref, dom, gfn, ro: readOnly });
    } else domain.grants.end(ref);
    if (this.effects !== undefined)
      this.tell(describeOther(kind === EventKind.grant ? "grant" : "ungrant", batch, row));
  }

  private tell(text: string): void {
    const changes = this.effects === undefined ? [] : describeChanges(this.effects);
    this.effects?.clear();
    this.options.onEvent?.({ event: this.machine.event, time: this.host.time, text, changes });
  }

  /** Inputs that are there from the start. */
  private noteInputs(): void {
    const specs = specsOf(this.setup);
    const own = this.machine.domains.get(this.run.defaultDomid);
    if (this.run.fromBoot) this.inputs.add("from-boot");
    if (this.run.features !== undefined) this.inputs.add("features");
    if (this.run.xen !== null) this.inputs.add("xen-version");
    if (own?.mode !== "unknown") this.inputs.add("mode");
    if (specs.some((spec) => spec.ram !== undefined)) this.inputs.add("ram");
    if (specs.some((spec) => spec.regions.some((region) => region.name === "extended")))
      this.inputs.add("regions");
    if ([...this.machine.domains.values()].some((domain) => domain.grants.allSeen))
      this.inputs.add("grant-entries");
  }
}

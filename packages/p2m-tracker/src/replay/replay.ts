import { GRANT_TABLE_OP, MEMORY_OP, PAGE_SIZE } from "@xgt/hypercall-abi";
import { EventBatch, EventKind, type EventLoopTurns } from "@xgt/hypercall-log";
import type { Call } from "../call/call.ts";
import { exceedsCall } from "../call/exceeds-call.ts";
import type { ConformanceId } from "../call/judgement.ts";
import { rules } from "../rules/index.ts";
import type { Rule } from "../rules/kinds/rule.ts";
import { cacheFlushFields } from "../semantics/grant/cache-flush.ts";
import { semanticsOf } from "../semantics/index.ts";
import type { DmaPage } from "../state/dma-page.ts";
import type { Domain, Mode } from "../state/domain.ts";
import { type Change, Machine, type MachineObserver } from "../state/machine.ts";
import { type ReplaySetup, runFactsOf } from "../state/setup.ts";
import type { Refusal } from "../straight/refusals.ts";
import { CallCounts } from "./call-counts.ts";
import { CallHalves } from "./call-halves.ts";
import { DmaOffsets } from "./dma-offsets.ts";
import { DmaTracker } from "./dma-tracker.ts";
import { reportDmaPage } from "./dma-verdict.ts";
import { DomainLives } from "./domain-lives.ts";
import { FindingJoiner } from "./finding-joiner.ts";
import { mapRuns } from "./map-runs.ts";
import { OtherEvents } from "./other-events.ts";
import { RecorderGaps } from "./recorder-gaps.ts";
import { ReplayHost } from "./replay-host.ts";
import { ObserverList, type ReplayEvent, type ReplayObserver } from "./replay-observer.ts";
import type { ReplayParts } from "./replay-parts.ts";
import type { MapRun, ReplayResult } from "./replay-result.ts";
import { ReplayTally } from "./replay-tally.ts";
import { resultOf } from "./result-of.ts";
import { StraightWay } from "./straight-way.ts";

export interface ReplayOptions {
  /** Stop after this event. */
  readonly until?: number | undefined;
  /** Who is told of everything, in this order. */
  readonly observers?: readonly ReplayObserver[] | undefined;
  /** false: healthy events go the long way too. */
  readonly straight?: boolean | undefined;
  /** Rows that a domain shows before WebAssembly takes healthy events; absent: NATIVE_FROM. */
  readonly nativeFrom?: number | undefined;
}

/** Why nothing is known after a call that is not followed. */
const TOO_MUCH = "a call names more than is followed";
/** Events between two looks at the clock. */
const ROWS_IN_A_ROW = 64;
/** The same of events that take the straight path. */
const STRAIGHT_ROWS = 1 << 13;
/** Rows that a domain shows before WebAssembly takes healthy events: a short log has no use of it. */
const NATIVE_FROM = 1 << 10;

/** Where no event is under way yet. */
const NO_EVENTS = new EventBatch();

/** The event under way, as observers see it. */
type OpenEvent = { -readonly [key in keyof ReplayEvent]: ReplayEvent[key] };

/**
 * Replays events: each call's semantics change the state of its domains, rules watch, observers are told. Feed batches
 * in order, then finish. The loop makes no object per event.
 */
export class Replay implements MachineObserver {
  readonly machine: Machine;
  private readonly until: number;
  private readonly host: ReplayHost;
  private readonly joiner = new FindingJoiner();
  private readonly observers: ObserverList;
  private readonly calls = new CallHalves();
  private readonly current: OpenEvent = { number: 0, batch: NO_EVENTS, row: 0, call: null };
  private readonly dma: DmaTracker;
  private readonly offsets: DmaOffsets;
  private readonly lives: DomainLives;
  private readonly ruleById = new Map<string, Rule>(rules.map((rule) => [rule.id, rule]));
  private readonly counts = new CallCounts();
  private readonly gaps: RecorderGaps;
  private readonly tally = new ReplayTally();
  private readonly parts: ReplayParts;
  private readonly others: OtherEvents;
  /** Absent where somebody wants to be told of every event. */
  private readonly straight: StraightWay | undefined;

  constructor(setup: ReplaySetup, options: ReplayOptions = {}) {
    this.until = options.until ?? Number.POSITIVE_INFINITY;
    const run = runFactsOf(setup);
    this.observers = new ObserverList(options.observers ?? []);
    this.gaps = new RecorderGaps(setup.sources.length);
    this.machine = new Machine(run.xen, run.otherDomains, this);
    this.host = new ReplayHost(this.machine, run, setup, this.joiner, this.counts.counters);
    this.offsets = new DmaOffsets(this.host);
    this.lives = new DomainLives(this.machine, setup, run, (domain) => this.host.forgotten(domain));
    this.lives.start();
    this.dma = new DmaTracker(
      run.fromBoot,
      setup.strings,
      (page) => this.dmaPage(page),
      (domain, device, gfn, bus, size) => this.host.deviceAddress(domain, device, gfn, bus, size),
    );
    const { machine, host, lives, calls, dma, offsets, gaps, counts, tally } = this;
    this.parts = { setup, run, machine, host, lives, calls, dma, offsets, gaps, counts, tally };
    this.others = new OtherEvents(this.parts, this.observers);
    const isOpen = this.observers.takePassing && options.straight !== false;
    this.straight = isOpen
      ? new StraightWay(this.parts, this.observers, options.nativeFrom ?? NATIVE_FROM)
      : undefined;
    this.observers.start(this.machine);
  }

  /** Extents, grant ops, batch items and single calls so far. */
  get operations(): number {
    return this.tally.operations;
  }

  /** Rows that did not take the short way of healthy events, by why; none where all go the long way. */
  get refusals(): readonly Refusal[] {
    return this.straight?.refusals ?? [];
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
    this.straight?.enter();
    let look = first + ROWS_IN_A_ROW;
    for (let row = first; row < batch.length; ) {
      if (row >= look) {
        if (turns?.isOver) return row;
        look = row + ROWS_IN_A_ROW;
      }
      const most = Math.min(STRAIGHT_ROWS, this.until - this.machine.event);
      const taken = this.straight?.take(batch, row, most) ?? 0;
      if (taken === 0 && !this.goRound(batch, row)) return row;
      row += taken === 0 ? 1 : taken;
    }
    return batch.length;
  }

  /** One row, every rule and observer told; false: the replay is to stop before it. */
  private goRound(batch: EventBatch, row: number): boolean {
    if (batch.kind[row] === EventKind.mark) this.observers.mark(batch, row);
    else if (this.stopped) return false;
    else {
      if (batch.kind[row] === EventKind.gap) this.others.lost(batch, row);
      else this.replayRow(batch, row);
      this.straight?.passedBy();
    }
    return true;
  }

  /** Ends the replay: what is still open is judged, and everything is counted. */
  finish(): ReplayResult {
    for (const call of this.calls.underWay()) this.giveUp(call);
    this.offsets.end();
    this.host.end();
    this.tellFindings(true);
    this.counts.counters.dmaPagesNotSeen = this.dma.pagesNotSeen;
    const result = resultOf(this.parts);
    this.observers.end(result);
    return result;
  }

  /** A domain's p2m as runs; `all`: own RAM too. */
  mapRuns(domid: number, all: boolean): MapRun[] {
    const domain = this.machine.domains.get(domid);
    return domain === undefined ? [] : mapRuns(domain, all);
  }

  /** Nobody looks at the state any more, by `mapRuns` least of all: its memory serves the next replay of the thread. */
  release(): void {
    this.machine.release();
    this.straight?.release();
  }

  change(change: Change): void {
    this.dma.change(change, change.domain);
    this.host.dispatch.change(change);
    this.observers.change(change);
  }

  mayRun(change: Change, count: number): boolean {
    if (this.observers.wantChanges || this.dma.table.coversAny(change.gfn, count)) return false;
    return this.host.dispatch.mayRun(change, count);
  }

  changeRun(change: Change, count: number): void {
    this.host.dispatch.changeRun(change, count);
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
    if (this.parts.run.fromBoot || Number.isNaN(gfn)) return false;
    return domain.p2m.eventAt(gfn) === 0;
  }

  lifeChanged(domid: number, what: number, mode: Mode | undefined): void {
    this.others.lifeChanged(domid, what, mode);
  }

  forgotten(domain: Domain, why: string): void {
    this.counts.forgot(why);
    this.host.forgotten(domain);
  }

  /** One event: numbered, joined with its other half, told, applied. */
  private replayRow(batch: EventBatch, row: number): void {
    const event = ++this.machine.event;
    this.host.at(batch, row);
    this.tally.time(batch, row);
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
    if (kind === EventKind.exit) return this.calls.end(batch, row, this.machine.event);
    return kind === EventKind.enter ? this.entered(batch, row) : null;
  }

  /** A call begins. One of the same number that has not ended never will. */
  private entered(batch: EventBatch, row: number): Call {
    const id = batch.call[row];
    if (this.calls.isUnderWay(id)) this.giveUp(id);
    const { excess } = this.calls;
    if (excess !== undefined) this.giveUp(excess);
    return this.calls.begin(batch, row, this.lives.domidOf(batch, row), this.machine.event);
  }

  private event(batch: EventBatch, row: number): void {
    const { call } = this.current;
    switch (batch.kind[row]) {
      case EventKind.enter:
        return this.enter(this.calls.entering, batch, row);
      case EventKind.exit:
        return call === null ? this.exitWithoutEnter(batch, row) : this.finishCall(call);
      default:
        return this.others.replay(batch, row);
    }
  }

  private enter(call: Call, batch: EventBatch, row: number): void {
    this.lives.of(call.caller);
    this.gaps.call(batch.source[row]);
    this.tally.operations += call.in.operations;
    if (!exceedsCall(call)) this.host.dispatch.begin(call);
    this.calls.keep(batch, row);
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
    this.host.lastCall = call.exitEvent;
  }

  /** A page of a DMA: judged at its own event, and again at each call that changes it while it is mapped. */
  private dmaPage(page: DmaPage): void {
    const own = page.event === this.machine.event;
    reportDmaPage(page, this.host, own ? 0 : this.machine.event, this.offsets);
    if (own) this.host.dmaPage(page);
  }

  private flush(call: Call): void {
    const domain = this.lives.of(call.caller);
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
    const call = this.calls.giveUp(id);
    if (call === null) return;
    this.counts.counters.entersWithoutExit++;
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
      this.machine.forget(
        this.lives.of(this.lives.domidOf(batch, row)),
        "a call's beginning is not in the log",
      );
    }
  }
}

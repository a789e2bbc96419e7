import type { Finding } from "@xgt/findings";
import { type EventBatch, EventKind } from "@xgt/hypercall-log";
import { Call } from "../call/call.ts";
import { CALLS_UNDER_WAY_MAX } from "../limits.ts";
import { Replay, type ReplayOptions } from "../replay/replay.ts";
import type { ReplayResult } from "../replay/replay-result.ts";
import { extentCount } from "../semantics/shared/reservation-fields.ts";
import { FrameKind } from "../state/frame-kind.ts";
import type { Change } from "../state/machine.ts";
import { type ReplaySetup, runFactsOf } from "../state/setup.ts";

/** What one domain did in a run, as figures: `calls/map_grant_ref`, `peak holes/`, ... A figure of 0 may be absent. */
export interface Behaviour {
  readonly domid: number;
  readonly figures: ReadonlyMap<string, number>;
}

/** Kinds of frames whose greatest number at a time is a figure. */
const PEAKS = [
  { kind: FrameKind.hole, name: "peak holes" },
  { kind: FrameKind.grant, name: "peak granted frames" },
  { kind: FrameKind.foreign, name: "peak foreign frames" },
] as const;

const NR_MEMORY = 12;
const NR_GRANT = 20;
const NOTHING = new Int32Array(0);
/** increase_reservation, decrease_reservation, populate_physmap. */
const RESERVATIONS: readonly number[] = [0, 1, 6];

/** A call under way: what its end is judged by. */
interface Begun {
  readonly nr: number;
  readonly cmd: number;
  readonly domid: number;
  /** Extents asked for; NaN: no reservation call. */
  readonly extents: number;
}

/** A replay that also counts what a run does where that is no finding: what two runs are compared by. */
export class BehaviourReplay extends Replay {
  private readonly figures = new Map<number, Map<string, number>>();
  private readonly now = new Map<number, number[]>();
  private readonly begun = new Map<number, Begun>();
  private readonly half = new Call();
  private readonly defaultDomid: number;
  /** Events of the log, once it has ended. */
  private events = Number.POSITIVE_INFINITY;

  constructor(setup: ReplaySetup, options: ReplayOptions = {}) {
    const { onFinding } = options;
    super(setup, { ...options, onFinding: onFinding && ((finding) => onFinding(this.placed(finding))) });
    this.defaultDomid = runFactsOf(setup).defaultDomid;
  }

  /** Ends the replay. What only the end of the log shows gets no event: which call came last is chance. */
  override finish(): ReplayResult {
    this.events = this.machine.event;
    this.machine.event++;
    return { ...super.finish(), events: this.events };
  }

  override feed(batch: EventBatch): void {
    for (let row = 0; row < batch.length; row++) {
      if (batch.kind[row] === EventKind.enter) this.entered(batch, row);
      else if (batch.kind[row] === EventKind.exit) this.left(batch, row);
    }
    super.feed(batch);
  }

  override change(change: Change): void {
    const { domain, gfn } = change;
    let counts = this.now.get(domain.domid);
    if (counts === undefined) {
      counts = PEAKS.map(() => 0);
      this.now.set(domain.domid, counts);
    }
    for (const [at, { kind, name }] of PEAKS.entries()) {
      // Outside RAM a hole is what was there at the start.
      if (kind === FrameKind.hole && domain.p2m.defaultOf(gfn) === FrameKind.hole) continue;
      counts[at] += (change.kind === kind ? 1 : 0) - (change.oldKind === kind ? 1 : 0);
      this.raise(domain.domid, `${name}/`, counts[at]);
    }
    super.change(change);
  }

  /** Figures of every domain; `result` is what finish() gave. */
  behaviour(result: ReplayResult): Behaviour[] {
    return result.domains.map((domain) => {
      const figures = new Map(this.figures.get(domain.domid));
      for (const [name, count] of domain.calls) figures.set(`calls/${name}`, count);
      figures.set("handles left open/", domain.handlesLive);
      figures.set("most handles at a time/", domain.handlesPeak);
      figures.set("holes at the end/", domain.frames.hole);
      return { domid: domain.domid, figures };
    });
  }

  private entered(batch: EventBatch, row: number): void {
    const nr = batch.nr[row];
    const cmd = batch.cmd[row];
    const half = this.halfOf(nr, cmd);
    half.loadInput(batch.words, batch.payload[row], batch.payloadEnd(row));
    const extents = nr === NR_MEMORY && RESERVATIONS.includes(cmd) ? extentCount(half) : Number.NaN;
    const domid = batch.domid[row] < 0 ? this.defaultDomid : batch.domid[row];
    if (this.begun.size >= CALLS_UNDER_WAY_MAX) this.begun.clear();
    this.begun.set(batch.call[row], { nr, cmd, domid, extents });
  }

  private left(batch: EventBatch, row: number): void {
    const begun = this.begun.get(batch.call[row]);
    if (begun === undefined) return;
    this.begun.delete(batch.call[row]);
    const { nr, cmd, domid, extents } = begun;
    const half = this.halfOf(nr, cmd);
    const ret = batch.ret[row];
    if (ret < extents) this.add(domid, `short counts/${half.name}`, 1);
    if (ret < 0) this.add(domid, `refused calls/${half.name}`, 1);
    if (nr !== NR_GRANT) return;
    half.loadOutput(batch.words, batch.payload[row], batch.payloadEnd(row));
    const status = half.shape?.out.fields.findIndex(({ name }) => name === "status") ?? -1;
    if (status < 0) return;
    let refused = 0;
    for (let op = 0; op < half.out.rows; op++) if (half.out.s64(op, status) < 0) refused++;
    if (refused > 0) this.add(domid, `refused ops/${half.name}`, refused);
  }

  private halfOf(nr: number, cmd: number): Call {
    this.half.reset();
    this.half.nr = nr;
    this.half.cmd = cmd;
    this.half.loadInput(NOTHING, 0, 0);
    return this.half;
  }

  private placed(finding: Finding): Finding {
    return finding.event !== null && finding.event > this.events ? { ...finding, event: null } : finding;
  }

  private add(domid: number, figure: string, count: number): void {
    const figures = this.of(domid);
    figures.set(figure, (figures.get(figure) ?? 0) + count);
  }

  private raise(domid: number, figure: string, value: number): void {
    const figures = this.of(domid);
    if (value > (figures.get(figure) ?? 0)) figures.set(figure, value);
  }

  private of(domid: number): Map<string, number> {
    let figures = this.figures.get(domid);
    if (figures === undefined) {
      figures = new Map();
      this.figures.set(domid, figures);
    }
    return figures;
  }
}

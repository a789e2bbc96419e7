import { GRANT_TABLE_OP, MEMORY_OP, MemoryOp } from "@xgt/hypercall-abi";
import { EventKind, fieldIndex } from "@xgt/hypercall-log";
import {
  type Call,
  type Change,
  FrameKind,
  type ReplayEvent,
  type ReplayObserver,
  type ReplayResult,
} from "@xgt/p2m-tracker";

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

const RESERVATIONS: readonly number[] = [
  MemoryOp.increase_reservation,
  MemoryOp.decrease_reservation,
  MemoryOp.populate_physmap,
];

/** Frames of one domain, by PEAKS: how many there are, and the greatest number that there was. */
interface CountedFrames {
  readonly domid: number;
  readonly now: number[];
  readonly peaks: number[];
}

/** Counts what a run does where that is no finding: what two runs are compared by. */
export class BehaviourFigures implements ReplayObserver {
  private readonly figures = new Map<number, Map<string, number>>();
  private readonly framesByDomid = new Map<number, CountedFrames>();
  /** Those of the domain that was asked for last. */
  private frames: CountedFrames | undefined;
  private result: ReplayResult | undefined;

  after({ batch, row, call }: ReplayEvent): void {
    if (call !== null && batch.kind[row] === EventKind.exit) this.returned(call);
  }

  change(change: Change): void {
    const { domain, gfn, kind, oldKind } = change;
    const frames = this.frames?.domid === domain.domid ? this.frames : this.framesOf(domain.domid);
    for (let at = 0; at < PEAKS.length; at++) {
      const counted = PEAKS[at].kind;
      if ((kind === counted) === (oldKind === counted)) continue;
      // Outside RAM a hole is what was there at the start.
      if (counted === FrameKind.hole && domain.p2m.defaultOf(gfn) === FrameKind.hole) continue;
      frames.now[at] += kind === counted ? 1 : -1;
      if (frames.now[at] > frames.peaks[at]) frames.peaks[at] = frames.now[at];
    }
  }

  end(result: ReplayResult): void {
    this.result = result;
  }

  /** Figures of every domain, once the replay is over. */
  get behaviour(): Behaviour[] {
    return (this.result?.domains ?? []).map((domain) => {
      const figures = new Map(this.figures.get(domain.domid));
      const peaks = this.framesByDomid.get(domain.domid)?.peaks ?? [];
      for (const [at, peak] of peaks.entries()) if (peak > 0) figures.set(`${PEAKS[at].name}/`, peak);
      for (const [name, count] of domain.calls) figures.set(`calls/${name}`, count);
      figures.set("handles left open/", domain.handlesLive);
      figures.set("most handles at a time/", domain.handlesPeak);
      figures.set("holes at the end/", domain.frames.hole);
      return { domid: domain.domid, figures };
    });
  }

  private returned(call: Call): void {
    const { caller, name, nr, ret } = call;
    if (ret < extentsOf(call)) this.add(caller, `short counts/${name}`, 1);
    if (ret < 0) this.add(caller, `refused calls/${name}`, 1);
    if (nr !== GRANT_TABLE_OP) return;
    const status = call.shape?.out.fields.findIndex((field) => field.name === "status") ?? -1;
    if (status < 0) return;
    let refused = 0;
    for (let op = 0; op < call.out.rows; op++) if (call.out.s64(op, status) < 0) refused++;
    if (refused > 0) this.add(caller, `refused ops/${name}`, refused);
  }

  private add(domid: number, figure: string, count: number): void {
    const figures = this.of(domid);
    figures.set(figure, (figures.get(figure) ?? 0) + count);
  }

  private framesOf(domid: number): CountedFrames {
    let frames = this.framesByDomid.get(domid);
    if (frames === undefined) {
      frames = { domid, now: PEAKS.map(() => 0), peaks: PEAKS.map(() => 0) };
      this.framesByDomid.set(domid, frames);
    }
    this.frames = frames;
    return frames;
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

/** Extents that a reservation call asks for; NaN: it is none, or they were not recorded. */
function extentsOf({ nr, cmd, shape, in: input }: Call): number {
  if (nr !== MEMORY_OP || !RESERVATIONS.includes(cmd) || shape === undefined) return Number.NaN;
  return input.u64(0, fieldIndex(shape.in, "nr_extents"));
}

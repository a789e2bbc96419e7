import {
  type Change,
  FrameKind,
  type ReplayEvent,
  type ReplayObserver,
  type ReplayResult,
} from "@xgt/p2m-tracker";
import { UnmetCalls } from "../observers/unmet-calls.ts";

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

/** Frames of one domain, by PEAKS: how many there are, and the greatest number that there was. */
interface CountedFrames {
  readonly domid: number;
  readonly now: number[];
  readonly peaks: number[];
}

/** Counts what a run does where that is no finding: what two runs are compared by. */
export class BehaviourFigures implements ReplayObserver {
  private readonly unmet = new UnmetCalls();
  private readonly framesByDomid = new Map<number, CountedFrames>();
  /** Those of the domain that was asked for last. */
  private frames: CountedFrames | undefined;
  private result: ReplayResult | undefined;

  after(event: ReplayEvent): void {
    this.unmet.after(event);
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
      const figures = new Map<string, number>();
      for (const [name, counts] of this.unmet.of(domain.domid)) {
        const { shortCounts, refusedCalls, refusedOps } = counts;
        if (shortCounts > 0) figures.set(`short counts/${name}`, shortCounts);
        if (refusedCalls > 0) figures.set(`refused calls/${name}`, refusedCalls);
        if (refusedOps > 0) figures.set(`refused ops/${name}`, refusedOps);
      }
      const peaks = this.framesByDomid.get(domain.domid)?.peaks ?? [];
      for (const [at, peak] of peaks.entries()) if (peak > 0) figures.set(`${PEAKS[at].name}/`, peak);
      for (const [name, count] of domain.calls) figures.set(`calls/${name}`, count);
      figures.set("handles left open/", domain.handlesLive);
      figures.set("most handles at a time/", domain.handlesPeak);
      figures.set("holes at the end/", domain.frames.hole);
      return { domid: domain.domid, figures };
    });
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
}

import { changeTexts, type Finding, frameText } from "@xgt/findings";
import { type CallView, DmaView, EventKind, type HalfShape } from "@xgt/hypercall-log";
import {
  type Call,
  type Change,
  FrameKind,
  type ReplayEvent,
  type ReplayObserver,
  runFactsOf,
} from "@xgt/p2m-tracker";
import {
  actorOf,
  type EventEffect,
  EventEffects,
  type EventNames,
  eventLine,
  type RunContext,
} from "@xgt/run";
import { CAUSES_REMEMBERED, OPEN_TRANSFERS_MAX } from "../limits.ts";
import { NestedLanes, OpenLanes } from "./lanes.ts";
import { type Annotations, TracePackets } from "./trace-packets.ts";

/** Rows of a call that are shown with all their members. */
const ROWS_SHOWN = 4;
/** Seconds between events of a log without times: they follow each other as they stand. */
const STEP = 1e-6;

/** Frames whose numbers are drawn, by kind. */
const COUNTED = [
  { kind: FrameKind.hole, name: "holes" },
  { kind: FrameKind.grant, name: "granted frames" },
  { kind: FrameKind.foreign, name: "foreign frames" },
] as const;

/** A DMA that is under way. */
interface Transfer {
  readonly lanes: OpenLanes;
  readonly lane: number;
  readonly track: number;
}

/**
 * A run as a Perfetto trace: below each domain a track for each CPU with its hypercalls, one for each device with what it
 * was given, the numbers of frames that are not 1:1, and findings with an arrow from what caused them.
 */
export class RunTimeline implements ReplayObserver {
  private readonly packets = new TracePackets();
  private readonly names: EventNames;
  private readonly tracks = new Map<string, number>();
  private readonly nested = new Map<string, NestedLanes>();
  private readonly open = new Map<string, OpenLanes>();
  private readonly transfers = new Map<string, Transfer[]>();
  private readonly counts = new Map<number, number[]>();
  private readonly changed = new Set<number>();
  private readonly causes = new Map<number, { readonly track: number; readonly seconds: number }>();
  private readonly effects = new EventEffects((effect) => this.effect(effect));
  private readonly dma = new DmaView();
  private seconds = 0;
  private flows = 0;
  private underWay = 0;
  /** Spans that found no lane. */
  leftOut = 0;

  constructor({ strings, setup }: Pick<RunContext, "strings" | "setup">) {
    const { defaultDomid } = runFactsOf(setup);
    const sources = setup.sources.map((source) => ({ ...source, domid: source.domid ?? defaultDomid }));
    this.names = { strings, sources };
  }

  /** The bytes of the trace since the last call. */
  take(): Uint8Array {
    return this.packets.take();
  }

  change(change: Change): void {
    this.effects.change(change);
    const { domain, gfn } = change;
    let counts = this.counts.get(domain.domid);
    if (counts === undefined) {
      counts = COUNTED.map(() => 0);
      this.counts.set(domain.domid, counts);
    }
    for (const [at, { kind }] of COUNTED.entries()) {
      // Outside RAM a hole is what was there at the start.
      if (kind === FrameKind.hole && domain.p2m.defaultOf(gfn) === FrameKind.hole) continue;
      const by = (change.kind === kind ? 1 : 0) - (change.oldKind === kind ? 1 : 0);
      counts[at] += by;
      if (by !== 0) this.changed.add(domain.domid);
    }
  }

  finding(finding: Finding, atEnd: boolean): void {
    if (atEnd) this.showFinding(finding);
    else this.effects.finding(finding, atEnd);
  }

  after(event: ReplayEvent): void {
    const time = event.batch.time[event.row];
    this.seconds = Number.isNaN(time) ? this.seconds + STEP : time;
    this.effects.after(event);
    for (const domid of this.changed) this.count(domid);
    this.changed.clear();
  }

  abandoned(call: Call): void {
    this.effects.abandoned(call);
  }

  private effect(effect: EventEffect): void {
    const { call, at } = effect;
    if (call !== null && at !== null) this.call(effect, call);
    else if (at !== null && at.batch.kind[at.row] === EventKind.dma) this.transfer(effect);
    else this.instant(effect);
    for (const finding of effect.findings) this.showFinding(finding);
  }

  private call(effect: EventEffect, call: Call): void {
    const end = this.seconds;
    const begin = Number.isNaN(call.enterTime) ? end : Math.min(call.enterTime, end);
    const { cpu } = actorOf(call, effect.at, this.names);
    const place = `CPU ${cpu < 0 ? "not recorded" : cpu}`;
    const key = `${call.caller}/${place}`;
    let lanes = this.nested.get(key);
    if (lanes === undefined) {
      lanes = new NestedLanes();
      this.nested.set(key, lanes);
    }
    const lane = lanes.laneOf(begin, end);
    if (lane < 0) {
      this.leftOut++;
      return;
    }
    const track = this.trackOf(call.caller, place, lane);
    const annotations = { ...this.annotationsOf(effect), ...callAnnotations(call) };
    this.packets.begin(track, begin, { name: call.name, category: "hypercall", annotations });
    this.packets.end(track, end);
    this.remember(effect.event, track, end);
  }

  private transfer(effect: EventEffect): void {
    const { batch, row } = effect.at as NonNullable<EventEffect["at"]>;
    this.dma.load(batch, row);
    const { domid, device } = actorOf(null, effect.at, this.names);
    const place = `DMA ${device === "" ? "of a device that is not recorded" : device}`;
    const key = `${domid}/${place}/${this.dma.segments > 0 ? this.dma.bus(0) : "?"}`;
    const under = this.transfers.get(key);
    if (this.dma.isUnmap) {
      const transfer = under?.shift();
      if (transfer === undefined) return this.instant(effect);
      if (under?.length === 0) this.transfers.delete(key);
      this.underWay--;
      transfer.lanes.free(transfer.lane);
      this.packets.end(transfer.track, this.seconds);
      return;
    }
    let lanes = this.open.get(`${domid}/${place}`);
    if (lanes === undefined) {
      lanes = new OpenLanes();
      this.open.set(`${domid}/${place}`, lanes);
    }
    const lane = this.underWay < OPEN_TRANSFERS_MAX ? lanes.take() : -1;
    if (lane < 0) {
      this.leftOut++;
      return;
    }
    const track = this.trackOf(domid, place, lane);
    const transfer = { lanes, lane, track };
    if (under === undefined) this.transfers.set(key, [transfer]);
    else under.push(transfer);
    this.underWay++;
    const annotations = this.annotationsOf(effect);
    this.packets.begin(track, this.seconds, { name: "DMA", category: "dma", annotations });
    this.remember(effect.event, track, this.seconds);
  }

  private instant(effect: EventEffect): void {
    const { call, at } = effect;
    const { domid } = actorOf(call, at, this.names);
    const track = this.trackOf(domid, "other events", 0);
    const annotations = this.annotationsOf(effect);
    const name = call === null ? String(annotations.what).split(" ")[0] : `${call.name}: no end`;
    this.packets.instant(track, this.seconds, { name, category: "event", annotations });
    this.remember(effect.event, track, this.seconds);
  }

  private showFinding(finding: Finding): void {
    const { rule, name, message, fix, severity, event, causeEvent, gfn, domid } = finding;
    const track = this.trackOf(domid ?? this.names.sources[0]?.domid ?? 0, "findings", 0);
    const cause = causeEvent === null ? undefined : this.causes.get(causeEvent);
    const flow = cause === undefined ? undefined : ++this.flows;
    if (cause !== undefined && flow !== undefined) {
      const annotations = { event: causeEvent ?? 0 };
      this.packets.instant(cause.track, cause.seconds, {
        name: `cause of ${rule}`,
        category: "cause",
        annotations,
        flow,
      });
    }
    const annotations: Annotations = {
      severity,
      message,
      ...(fix !== null && { fix }),
      ...(event !== null && { event }),
      ...(gfn !== null && { gfn: frameText(gfn) }),
      ...(causeEvent !== null && { cause_event: causeEvent }),
    };
    const shown = { name: `${rule} ${name}`, category: "finding", annotations };
    this.packets.instant(track, this.seconds, flow === undefined ? shown : { ...shown, endsFlow: flow });
  }

  private count(domid: number): void {
    for (const [at, { name }] of COUNTED.entries()) {
      const track = this.trackOf(domid, name, 0, "frames");
      this.packets.counter(track, this.seconds, this.counts.get(domid)?.[at] ?? 0);
    }
  }

  private annotationsOf(effect: EventEffect): Annotations & { readonly what: string } {
    const line = eventLine(effect, undefined, this.names);
    const changes = changeTexts(line).join("; ");
    return {
      event: line.event,
      what: line.text,
      ...(line.task !== "" && { task: line.task }),
      ...(changes !== "" && { changes }),
      ...(line.location?.place != null && { [line.location.unit]: line.location.place }),
    };
  }

  /** The track of a lane of something in a domain, made when it is first used. */
  private trackOf(domid: number, place: string, lane: number, unit?: string): number {
    const key = `${domid}/${place}/${lane}`;
    const known = this.tracks.get(key);
    if (known !== undefined) return known;
    const domainKey = `${domid}`;
    let domain = this.tracks.get(domainKey);
    if (domain === undefined) {
      domain = this.packets.track(`domain ${domid}`, 0);
      this.tracks.set(domainKey, domain);
    }
    const track = this.packets.track(lane === 0 ? place : `${place} (${lane + 1})`, domain, unit);
    this.tracks.set(key, track);
    return track;
  }

  /** Where an event stands, for arrows from it: the latest CAUSES_REMEMBERED ones. */
  private remember(event: number, track: number, seconds: number): void {
    if (this.causes.size >= CAUSES_REMEMBERED) {
      const [oldest] = this.causes.keys();
      this.causes.delete(oldest);
    }
    this.causes.set(event, { track, seconds });
  }
}

/** Arguments and results of a call, by their names in Xen's headers: "in.nr_extents", "out[1].status". */
function callAnnotations(call: Call): Annotations {
  return {
    ...halfAnnotations("in", call.in, call.shape?.in),
    ...(Number.isNaN(call.ret) ? {} : { ret: call.ret }),
    ...halfAnnotations("out", call.out, call.shape?.out),
  };
}

function halfAnnotations(side: string, half: CallView, shape: HalfShape | undefined): Annotations {
  const members: Record<string, string | number> = {};
  if (shape === undefined) return members;
  for (let row = 0; row < Math.min(half.rows, ROWS_SHOWN); row++) {
    const owner = half.rows > 1 ? `${side}[${row}]` : side;
    shape.fields.forEach((field, index) => {
      if (!half.has(row, index)) return;
      const value = field.radix === 16 ? frameText(half.u64(row, index)) : half.s64(row, index);
      members[`${owner}.${field.name}`] = value;
    });
  }
  return members;
}

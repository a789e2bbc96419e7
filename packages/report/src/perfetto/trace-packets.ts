import { xgt } from "./generated/perfetto-trace.js";

const { Trace, TrackEvent } = xgt.perfetto;
const { Type } = TrackEvent;
/** All packets are of one writer, whose first one says that nothing came before. */
const SEQUENCE = 1;
const SEQUENCE_CLEARED = 1;
const NS_PER_S = 1e9;
/** Nanoseconds that a packet can hold. */
const TIME_MAX = 2 ** 63;

/** Something that is shown of an event. */
export type Annotations = Readonly<Record<string, string | number>>;

/** What an event is called, and what is shown of it. */
export interface Shown {
  readonly name: string;
  /** "hypercall", "dma", "finding": what a viewer filters by. */
  readonly category: string;
  readonly annotations: Annotations;
  /** Number of an arrow that starts here. */
  readonly flow?: number;
  /** Number of an arrow that ends here. */
  readonly endsFlow?: number;
}

/** Encodes a Perfetto trace, a piece at a time: `take` gives what came since the last. Times are seconds. */
export class TracePackets {
  private pieces: Uint8Array[] = [];
  private tracks = 0;
  private isFirst = true;

  /** A new track; `parent` 0: at the top. `unit`: its events are numbers of these. Returns the track. */
  track(name: string, parent: number, unit?: string): number {
    const uuid = ++this.tracks;
    this.put({
      trackDescriptor: {
        uuid,
        name,
        ...(parent > 0 && { parentUuid: parent }),
        ...(unit !== undefined && { counter: { unitName: unit } }),
      },
    });
    return uuid;
  }

  begin(track: number, seconds: number, shown: Shown): void {
    this.event(seconds, { type: Type.TYPE_SLICE_BEGIN, trackUuid: track, ...membersOf(shown) });
  }

  end(track: number, seconds: number): void {
    this.event(seconds, { type: Type.TYPE_SLICE_END, trackUuid: track });
  }

  instant(track: number, seconds: number, shown: Shown): void {
    this.event(seconds, { type: Type.TYPE_INSTANT, trackUuid: track, ...membersOf(shown) });
  }

  counter(track: number, seconds: number, value: number): void {
    this.event(seconds, { type: Type.TYPE_COUNTER, trackUuid: track, counterValue: value });
  }

  /** The bytes since the last call. */
  take(): Uint8Array {
    const bytes = Buffer.concat(this.pieces);
    this.pieces = [];
    return bytes;
  }

  private event(seconds: number, trackEvent: xgt.perfetto.TrackEvent.$Properties): void {
    this.put({ timestamp: nanoseconds(seconds), trackEvent });
  }

  private put(packet: xgt.perfetto.TracePacket.$Properties): void {
    const flags = this.isFirst ? { sequenceFlags: SEQUENCE_CLEARED } : {};
    this.isFirst = false;
    // A trace is the concatenation of traces of one packet each.
    const trace = { packet: [{ ...packet, trustedPacketSequenceId: SEQUENCE, ...flags }] };
    this.pieces.push(Trace.encode(trace).finish());
  }
}

function membersOf({ name, category, annotations, flow, endsFlow }: Shown) {
  return {
    name,
    categories: [category],
    debugAnnotations: annotationsOf(annotations),
    ...(flow !== undefined && { flowIds: [flow] }),
    ...(endsFlow !== undefined && { terminatingFlowIds: [endsFlow] }),
  };
}

function nanoseconds(seconds: number): number {
  return Math.min(TIME_MAX, Math.max(0, Math.round(seconds * NS_PER_S)));
}

function annotationsOf(annotations: Annotations): xgt.perfetto.DebugAnnotation.$Properties[] {
  return Object.entries(annotations).map(([name, value]) => {
    if (typeof value === "string") return { name, stringValue: value };
    return Number.isSafeInteger(value) ? { name, intValue: value } : { name, doubleValue: value };
  });
}

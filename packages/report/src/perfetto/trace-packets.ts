import { WireWriter } from "@xgt/hypercall-log";

/** Numbers of the messages' fields, as proto/perfetto_trace.proto has them. */
const TRACE_PACKET = 1;
const Packet = { timestamp: 8, sequence: 10, event: 11, flags: 13, track: 60 } as const;
const Track = { uuid: 1, name: 2, parent: 5, counter: 8 } as const;
const COUNTER_UNIT = 6;
const Event = {
  annotations: 4,
  type: 9,
  track: 11,
  categories: 22,
  name: 23,
  counter: 30,
  flow: 47,
  endsFlow: 48,
} as const;
const Annotation = { int: 4, double: 5, string: 6, name: 10 } as const;
/** What a packet of the trace says happened. */
const EventType = { begin: 1, end: 2, instant: 3, counter: 4 } as const;
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
    const descriptor = new WireWriter().varint(Track.uuid, uuid).bytes(Track.name, name);
    if (parent > 0) descriptor.varint(Track.parent, parent);
    if (unit !== undefined) descriptor.bytes(Track.counter, new WireWriter().bytes(COUNTER_UNIT, unit));
    this.put(new WireWriter().bytes(Packet.track, descriptor));
    return uuid;
  }

  begin(track: number, seconds: number, shown: Shown): void {
    this.event(EventType.begin, track, seconds, shown);
  }

  end(track: number, seconds: number): void {
    this.event(EventType.end, track, seconds);
  }

  instant(track: number, seconds: number, shown: Shown): void {
    this.event(EventType.instant, track, seconds, shown);
  }

  counter(track: number, seconds: number, value: number): void {
    this.putEvent(seconds, eventOf(EventType.counter, track).varint(Event.counter, value));
  }

  /** The bytes since the last call. */
  take(): Uint8Array {
    const bytes = Buffer.concat(this.pieces);
    this.pieces = [];
    return bytes;
  }

  private event(type: number, track: number, seconds: number, shown?: Shown): void {
    const event = eventOf(type, track);
    if (shown !== undefined) {
      event.bytes(Event.name, shown.name).bytes(Event.categories, shown.category);
      for (const annotation of annotationsOf(shown.annotations)) event.bytes(Event.annotations, annotation);
      if (shown.flow !== undefined) event.fixed64(Event.flow, shown.flow);
      if (shown.endsFlow !== undefined) event.fixed64(Event.endsFlow, shown.endsFlow);
    }
    this.putEvent(seconds, event);
  }

  private putEvent(seconds: number, event: WireWriter): void {
    this.put(new WireWriter().varint(Packet.timestamp, nanoseconds(seconds)).bytes(Packet.event, event));
  }

  private put(packet: WireWriter): void {
    packet.varint(Packet.sequence, SEQUENCE);
    if (this.isFirst) packet.varint(Packet.flags, SEQUENCE_CLEARED);
    this.isFirst = false;
    // A trace is the concatenation of traces of one packet each.
    this.pieces.push(new WireWriter().bytes(TRACE_PACKET, packet).finish());
  }
}

function eventOf(type: number, track: number): WireWriter {
  return new WireWriter().varint(Event.type, type).varint(Event.track, track);
}

function nanoseconds(seconds: number): number {
  return Math.min(TIME_MAX, Math.max(0, Math.round(seconds * NS_PER_S)));
}

function annotationsOf(annotations: Annotations): WireWriter[] {
  return Object.entries(annotations).map(([name, value]) => {
    const annotation = new WireWriter().bytes(Annotation.name, name);
    if (typeof value === "string") return annotation.bytes(Annotation.string, value);
    return Number.isSafeInteger(value)
      ? annotation.varint(Annotation.int, value)
      : annotation.double(Annotation.double, value);
  });
}

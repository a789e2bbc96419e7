import protobuf from "protobufjs";
import schema from "../../proto/perfetto_trace.proto?raw";

const { root } = protobuf.parse(schema, { keepCase: true });
const trace = root.lookupType("xgt.perfetto.Trace");

/** What a packet of the trace says happened. */
const EventType = { begin: 1, end: 2, instant: 3, counter: 4 } as const;
/** All packets are of one writer, whose first one says that nothing came before. */
const SEQUENCE = 1;
const SEQUENCE_CLEARED = 1;
const NS_PER_S = 1e9;

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
      track_descriptor: {
        uuid,
        name,
        ...(parent > 0 && { parent_uuid: parent }),
        ...(unit !== undefined && { counter: { unit_name: unit } }),
      },
    });
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
    const track_event = { type: EventType.counter, track_uuid: track, counter_value: value };
    this.put({ timestamp: nanoseconds(seconds), track_event });
  }

  /** The bytes since the last call. */
  take(): Uint8Array {
    const bytes = Buffer.concat(this.pieces);
    this.pieces = [];
    return bytes;
  }

  private event(type: number, track: number, seconds: number, shown?: Shown): void {
    const track_event = {
      type,
      track_uuid: track,
      ...(shown !== undefined && {
        name: shown.name,
        categories: [shown.category],
        debug_annotations: annotationsOf(shown.annotations),
        ...(shown.flow !== undefined && { flow_ids: [shown.flow] }),
        ...(shown.endsFlow !== undefined && { terminating_flow_ids: [shown.endsFlow] }),
      }),
    };
    this.put({ timestamp: nanoseconds(seconds), track_event });
  }

  private put(packet: object): void {
    const first = this.isFirst ? { sequence_flags: SEQUENCE_CLEARED } : {};
    this.isFirst = false;
    const whole = { trusted_packet_sequence_id: SEQUENCE, ...first, ...packet };
    // A trace is the concatenation of traces of one packet each.
    this.pieces.push(trace.encode({ packet: [whole] }).finish());
  }
}

function nanoseconds(seconds: number): number {
  return Math.max(0, Math.round(seconds * NS_PER_S));
}

function annotationsOf(annotations: Annotations): object[] {
  return Object.entries(annotations).map(([name, value]) => {
    if (typeof value === "string") return { name, string_value: value };
    return Number.isSafeInteger(value) ? { name, int_value: value } : { name, double_value: value };
  });
}

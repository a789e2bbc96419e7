import { DmaDirection, EventKind } from "../../events/event-kind.ts";
import { internText } from "../../events/name-cache.ts";
import type { RawArguments } from "../../events/raw-argument.ts";
import { describe } from "../../json/json-integer.ts";
import { ELEMENTS_MAX } from "../../limits.ts";
import type { CallsUnderWay } from "../json-lines/calls-under-way.ts";
import { asObject, INT32_MAX, type JsonObject, LineError, LineMembers } from "../json-lines/line-members.ts";
import type { ReaderContext } from "../log-format.ts";
import { CallObjectReader } from "./ndjson-call-object.ts";
import { dmaDirections, dmaOps, domainChanges, eventKinds } from "./ndjson-names.ts";

const DOMID_MAX = 0xffff;
const UINT32_MAX = 0xffffffff;

/** Reads events from lines that are at hand as objects: every form that ndjson.md allows, with exact errors. */
export class EventObjectReader {
  private readonly context: ReaderContext;
  private readonly members = new LineMembers();
  private readonly callReader: CallObjectReader;

  /** `raw`: decodes `{"raw":[words]}` in place of an op's members, for formats that have them. */
  constructor(context: ReaderContext, calls: CallsUnderWay, raw: (() => RawArguments) | null = null) {
    this.context = context;
    this.callReader = new CallObjectReader(context.batch, calls, this.members, raw);
  }

  /** Adds the line's event to the batch, or counts it as skipped. Throws LineError. */
  read(line: JsonObject, place: number): void {
    const { batch, stats } = this.context;
    const kind = eventKinds.get(line.ev);
    if (kind === undefined) {
      stats.skip(line.ev === undefined ? "no ev" : `ev ${describe(line.ev)}`);
      return;
    }
    const row = batch.add(kind, place);
    try {
      this.common(row, line);
      this.payload(row, kind, line);
    } catch (error) {
      batch.dropLast();
      throw error;
    }
    if (kind !== EventKind.mark) stats.events++;
  }

  private common(row: number, line: JsonObject): void {
    const { batch, strings } = this.context;
    const { members } = this;
    const time = line.t;
    if (time !== undefined && time !== null) {
      if (typeof time !== "number" || !Number.isFinite(time)) {
        throw new LineError(`t: expected seconds, not ${describe(time)}`);
      }
      batch.time[row] = time;
    }
    if (members.readInteger(line, "id")) batch.call[row] = members.integer.number;
    batch.domid[row] = members.small(line, "domid", DOMID_MAX, -1);
    batch.cpu[row] = members.smallOrMinusOne(line, "cpu");
    batch.pid[row] = members.smallOrMinusOne(line, "pid");
    const comm = members.text(line, "comm");
    if (comm !== null) batch.comm[row] = internText(strings, comm);
  }

  private payload(row: number, kind: EventKind, line: JsonObject): void {
    const { batch, strings } = this.context;
    const { members } = this;
    switch (kind) {
      case EventKind.enter:
        this.callReader.enter(row, line);
        break;
      case EventKind.exit:
        this.callReader.exit(row, line);
        break;
      case EventKind.guestP2m:
        this.pushRequired(line, "pfn");
        this.pushRequired(line, "mfn");
        if (members.readInteger(line, "nr")) batch.pushU64(members.integer.low, members.integer.high);
        else batch.pushNumber(1);
        break;
      case EventKind.dma:
        this.dma(line);
        break;
      case EventKind.lost:
        this.pushRequired(line, "count");
        this.context.stats.lost += members.integer.number;
        break;
      case EventKind.grant:
        batch.pushWord(members.required(line, "ref", UINT32_MAX));
        batch.pushWord(members.required(line, "dom", DOMID_MAX));
        this.pushRequired(line, "gfn");
        batch.pushWord(line.ro === true || line.ro === 1 ? 1 : 0);
        break;
      case EventKind.ungrant:
        batch.pushWord(members.required(line, "ref", UINT32_MAX));
        break;
      case EventKind.domain:
        batch.pushWord(members.choice(line, "what", domainChanges, null));
        break;
      case EventKind.mark:
        batch.pushWord(internText(strings, members.text(line, "text") ?? ""));
        break;
    }
  }

  private pushRequired(line: JsonObject, name: string): void {
    this.members.readRequired(line, name);
    this.context.batch.pushU64(this.members.integer.low, this.members.integer.high);
  }

  private dma(line: JsonObject): void {
    const { batch, strings } = this.context;
    const { members } = this;
    const segments = line.segments ?? [];
    if (!Array.isArray(segments)) {
      throw new LineError(`segments: expected a list, not ${describe(segments)}`);
    }
    if (segments.length > ELEMENTS_MAX) throw new LineError(`segments: more than ${ELEMENTS_MAX} elements`);
    batch.pushWord(members.choice(line, "op", dmaOps, null));
    batch.pushWord(members.choice(line, "dir", dmaDirections, DmaDirection.unknown));
    const dev = members.text(line, "dev");
    batch.pushWord(dev === null ? -1 : internText(strings, dev));
    batch.pushWord(segments.length);
    batch.pushWord(members.small(line, "shown", INT32_MAX, -1));
    batch.pushWord(members.small(line, "total", INT32_MAX, -1));
    for (let i = 0; i < segments.length; i++) this.segment(asObject(segments[i], `segments[${i}]`));
  }

  private segment(segment: JsonObject): void {
    const { batch } = this.context;
    const { integer } = this.members;
    const at = batch.reserve(7);
    batch.words.fill(0, at, at + 7);
    const names = ["phys", "bus", "size"];
    for (let i = 0; i < names.length; i++) {
      if (!this.members.readInteger(segment, names[i])) continue;
      batch.words[at] |= 1 << i;
      batch.words[at + 1 + 2 * i] = integer.low;
      batch.words[at + 2 + 2 * i] = integer.high;
    }
  }
}

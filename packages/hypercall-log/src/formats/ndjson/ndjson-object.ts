import { DmaWriter } from "../../events/dma-view.ts";
import { DmaDirection, EventKind, isNumbered } from "../../events/event-kind.ts";
import { writeGrant, writeUngrant } from "../../events/grant-view.ts";
import { GuestEntryWriter } from "../../events/guest-entry-view.ts";
import { internText } from "../../events/name-cache.ts";
import type { RawArguments } from "../../events/raw-argument.ts";
import { ShareWriter } from "../../events/share-view.ts";
import { writeDomainChange, writeLost, writeLostWords, writeMark } from "../../events/single-value.ts";
import { describe } from "../../json/json-integer.ts";
import { ELEMENTS_MAX } from "../../limits.ts";
import type { CallsUnderWay } from "../json-lines/calls-under-way.ts";
import { asObject, INT32_MAX, type JsonObject, LineError, LineMembers } from "../json-lines/line-members.ts";
import { LineNumbers } from "../json-lines/line-numbers.ts";
import type { ReaderContext } from "../log-format.ts";
import { CallObjectReader } from "./ndjson-call-object.ts";
import { DMA_UNMAP, dmaDirections, dmaOps, domainChanges, eventKinds } from "./ndjson-names.ts";

const DOMID_MAX = 0xffff;
const UINT32_MAX = 0xffffffff;

/** Reads events from lines that are at hand as objects: every form that ndjson.md allows, with exact errors. */
export class EventObjectReader {
  private readonly context: ReaderContext;
  private readonly members = new LineMembers();
  private readonly callReader: CallObjectReader;
  private readonly dmaWriter: DmaWriter;
  private readonly entryWriter: GuestEntryWriter;
  private readonly shareWriter: ShareWriter;
  private readonly numbers: LineNumbers;

  /** `numbers`: of the log's lines. `raw`: decodes `{"raw":[words]}` in place of an op's members, for formats that have them. */
  constructor(
    context: ReaderContext,
    calls: CallsUnderWay,
    numbers: LineNumbers = new LineNumbers(),
    raw: (() => RawArguments) | null = null,
  ) {
    this.context = context;
    this.numbers = numbers;
    this.callReader = new CallObjectReader(context.batch, calls, this.members, raw);
    this.dmaWriter = new DmaWriter(context.batch);
    this.entryWriter = new GuestEntryWriter(context.batch);
    this.shareWriter = new ShareWriter(context.batch);
  }

  /** Adds the line's event to the batch, or counts it as skipped. Throws LineError. */
  read(line: JsonObject, place: number): void {
    const { batch, stats } = this.context;
    this.missingBefore(line, place);
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
    if (isNumbered(kind)) stats.events++;
  }

  /** Lines that the recorder numbered and that are not here: a gap before this line's event. */
  private missingBefore(line: JsonObject, place: number): void {
    if (!this.members.readInteger(line, "n")) return;
    const { batch, stats } = this.context;
    const number = this.members.integer.number;
    if (line.ev === "domain") {
      // Its domid is the domain meant, not the one that tells.
      this.numbers.take(number);
      return;
    }
    const missing = this.numbers.missingBefore(this.members.small(line, "domid", DOMID_MAX, -1), number);
    if (missing === 0) return;
    batch.add(EventKind.gap, place);
    writeLost(batch, missing);
    stats.lost += missing;
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
        this.guestEntry(line);
        break;
      case EventKind.dma:
        this.dma(line);
        break;
      case EventKind.lost:
      case EventKind.gap:
        members.readRequired(line, "count");
        writeLostWords(batch, members.integer.low, members.integer.high);
        this.context.stats.lost += members.integer.number;
        break;
      case EventKind.grant: {
        const ref = members.required(line, "ref", UINT32_MAX);
        const dom = members.required(line, "dom", DOMID_MAX);
        members.readRequired(line, "gfn");
        const { low, high } = members.integer;
        writeGrant(batch, ref, dom, low, high, line.ro === true || line.ro === 1);
        break;
      }
      case EventKind.ungrant:
        writeUngrant(batch, members.required(line, "ref", UINT32_MAX));
        break;
      case EventKind.domain:
        writeDomainChange(batch, members.choice(line, "what", domainChanges, null));
        break;
      case EventKind.share:
      case EventKind.unshare:
        this.share(line);
        break;
      case EventKind.mark:
        writeMark(batch, internText(strings, members.text(line, "text") ?? ""));
        break;
    }
  }

  private guestEntry(line: JsonObject): void {
    const { members, entryWriter } = this;
    const { integer } = members;
    entryWriter.begin();
    members.readRequired(line, "pfn");
    entryWriter.setPfn(integer.low, integer.high);
    members.readRequired(line, "mfn");
    entryWriter.setMfn(integer.low, integer.high);
    if (members.readInteger(line, "nr")) entryWriter.setCount(integer.low, integer.high);
  }

  private share(line: JsonObject): void {
    const { members, shareWriter } = this;
    const { integer } = members;
    shareWriter.begin();
    members.readRequired(line, "gfn");
    shareWriter.setGfn(integer.low, integer.high);
    if (members.readInteger(line, "nr")) shareWriter.setCount(integer.low, integer.high);
    const partner = members.text(line, "with");
    if (partner !== null) shareWriter.setPartner(internText(this.context.strings, partner));
  }

  private dma(line: JsonObject): void {
    const { strings } = this.context;
    const { members, dmaWriter } = this;
    const segments = line.segments ?? [];
    if (!Array.isArray(segments)) {
      throw new LineError(`segments: expected a list, not ${describe(segments)}`);
    }
    if (segments.length > ELEMENTS_MAX) throw new LineError(`segments: more than ${ELEMENTS_MAX} elements`);
    dmaWriter.begin();
    dmaWriter.setUnmap(members.choice(line, "op", dmaOps, null) === DMA_UNMAP);
    dmaWriter.setDirection(members.choice(line, "dir", dmaDirections, DmaDirection.unknown));
    const dev = members.text(line, "dev");
    dmaWriter.setDev(dev === null ? -1 : internText(strings, dev));
    dmaWriter.setShown(members.small(line, "shown", INT32_MAX, -1));
    dmaWriter.setTotal(members.small(line, "total", INT32_MAX, -1));
    for (let i = 0; i < segments.length; i++) this.segment(asObject(segments[i], `segments[${i}]`));
  }

  private segment(segment: JsonObject): void {
    const { members, dmaWriter } = this;
    const { integer } = members;
    dmaWriter.beginSegment();
    if (members.readInteger(segment, "phys")) dmaWriter.setPhys(integer.low, integer.high);
    if (members.readInteger(segment, "bus")) dmaWriter.setBus(integer.low, integer.high);
    if (members.readInteger(segment, "size")) dmaWriter.setSize(integer.low, integer.high);
  }
}

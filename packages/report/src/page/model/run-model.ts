import { printable } from "@xgt/findings";
import { DmaDirection } from "@xgt/hypercall-log";
import { EventSort } from "../../columns/table-shapes.ts";
import type { HeadFinding, RunHead } from "../../head/page-head.ts";
import { lowerBound, upperBound } from "../../map/search-sorted.ts";
import type { RunContent, RunTables } from "../reading/read-blocks.ts";
import { DomainModel } from "./domain-model.ts";
import { framesText, frameText } from "./texts.ts";

/** A finding with its events as rows of the table of events; -1: none. */
export interface ModelFinding extends HeadFinding {
  readonly index: number;
  readonly at: number;
  readonly since: number;
}

/** A mark of the recorder: before which event. */
export interface Mark {
  readonly event: number;
  readonly text: string;
  /** Seconds; NaN: not recorded. */
  readonly time: number;
}

/** One run as the page looks at it. Events are rows of the table of events. */
export class RunModel {
  readonly head: RunHead;
  readonly tables: RunTables;
  /** The run that it is compared with; null: none. Set before anything is asked of its domains. */
  partner: RunModel | null = null;
  readonly findings: readonly ModelFinding[];
  readonly marks: readonly Mark[];
  private readonly texts: Uint8Array;
  private textEnds: Float64Array | undefined;
  private readonly byEvent = new Map<number, ModelFinding[]>();
  private readonly domains = new Map<number, DomainModel>();

  constructor(head: RunHead, { tables, texts }: RunContent) {
    this.head = head;
    this.tables = tables;
    this.texts = texts;
    this.findings = head.findings.map((finding, index) => ({
      ...finding,
      index,
      at: this.rowOf(finding.event),
      since: this.rowOf(finding.causeEvent),
    }));
    for (const finding of this.findings) {
      const there = this.byEvent.get(finding.at);
      if (there === undefined) this.byEvent.set(finding.at, [finding]);
      else there.push(finding);
    }
    const { marks } = tables;
    this.marks = Array.from(marks.event, (event, i) => ({
      event: Math.min(event, Math.max(0, this.events - 1)),
      text: this.name(marks.text[i]) ?? "",
      time: marks.time[i] < 0 ? Number.NaN : marks.time[i] / 1e6,
    }));
  }

  /** Events of the page. */
  get events(): number {
    return this.tables.events.number.length;
  }

  /** A domain of the run; one that is not listed is empty. */
  domain(domid: number): DomainModel {
    let domain = this.domains.get(domid);
    if (domain === undefined) {
      domain = new DomainModel(this, domid);
      this.domains.set(domid, domain);
    }
    return domain;
  }

  /** A name of the log as it may be shown; null: none. */
  name(index: number): string | null {
    const name = index < 0 ? undefined : this.head.strings[index];
    return name === undefined ? null : printable(name);
  }

  /** Row of the event of a number, or of the next one that is listed; -1: none. */
  rowOf(number: number | null): number {
    if (number === null || this.events === 0) return -1;
    return Math.min(this.events - 1, lowerBound(this.tables.events.number, number));
  }

  /** Row of the event of just that number; -1: it is not listed. */
  exactRowOf(number: number): number {
    const row = this.rowOf(number);
    return row >= 0 && this.tables.events.number[row] === number ? row : -1;
  }

  /** Findings that became true at an event. */
  findingsAt(event: number): readonly ModelFinding[] {
    return this.byEvent.get(event) ?? [];
  }

  /** Number of an event, as the command line prints it. */
  number(event: number): number {
    return this.tables.events.number[event];
  }

  /** Seconds of an event; NaN: not recorded. */
  time(event: number): number {
    const time = this.tables.events.time[event];
    return time >= 0 ? time / 1e6 : Number.NaN;
  }

  /** "dmag-195"; null: not recorded. */
  task(event: number): string | null {
    return this.name(this.tables.events.task[event]);
  }

  /** "trace.txt:577"; null: not known. */
  place(event: number): string | null {
    const { file, place } = this.tables.events;
    const input = this.head.inputs[file[event]];
    if (input === undefined) return null;
    return `${printable(input.path)}:${input.unit === "byte" ? "byte " : ""}${place[event]}`;
  }

  /** What an event was, in a word or two: "map_grant_ref", "DMA map". */
  what(event: number): string {
    const { kind, name } = this.tables.events;
    const called = this.name(name[event]);
    return called ?? sortNames[kind[event]] ?? "event";
  }

  /** An event in full, as one line. */
  text(event: number): string {
    const { kind, text } = this.tables.events;
    if (kind[event] === EventSort.dmaMap) return this.transferText(event);
    if (kind[event] === EventSort.dmaUnmap) return this.releaseText(event);
    if (kind[event] === EventSort.guestEntry) return this.entryText(event);
    if (text[event] === 0) return this.what(event);
    this.textEnds ??= sums(text);
    const end = this.textEnds[event];
    return printable(decoder.decode(this.texts.subarray(end - text[event], end)));
  }

  /** The last mark before an event; null: none. */
  markBefore(event: number): Mark | null {
    const at = upperBound(
      this.marks.map((mark) => mark.event),
      event,
    );
    return at === 0 ? null : this.marks[at - 1];
  }

  private transferText(event: number): string {
    const { dma } = this.tables;
    const parts: string[] = [];
    for (let i = lowerBound(dma.event, event); i < dma.event.length && dma.event[i] === event; i++) {
      if (parts.length === SEGMENTS_SHOWN) {
        parts.push("…");
        break;
      }
      const gfn = dma.gfn[i] < 0 ? "not recorded" : framesText(dma.gfn[i], dma.pages[i]);
      parts.push(`gfn ${gfn} bus frame ${dma.bus[i] < 0 ? "not recorded" : frameText(dma.bus[i])}`);
    }
    const first = lowerBound(dma.event, event);
    if (dma.event[first] !== event) return "DMA map of nothing";
    const device = this.name(dma.device[first]);
    return `DMA map, ${directionNames[dma.direction[first]]}${device === null ? "" : `, ${device}`}: ${parts.join("; ")}`;
  }

  private releaseText(event: number): string {
    const { dma, releases } = this.tables;
    const at = lowerBound(releases.event, event);
    if (releases.event[at] !== event) return "DMA unmap";
    const map = releases.dma[at];
    const gfn = dma.gfn[map] < 0 ? "" : ` of gfn ${framesText(dma.gfn[map], dma.pages[map])}`;
    return `DMA unmap${gfn}, mapped at event ${this.number(dma.event[map])}`;
  }

  private entryText(event: number): string {
    const { entries } = this.tables;
    const at = lowerBound(entries.event, event);
    if (entries.event[at] !== event) return "entry of the guest's own table";
    const frame = entries.mfn[at] < 0 ? "erased" : frameText(entries.mfn[at]);
    return `guest's own table: ${framesText(entries.gfn[at], entries.count[at])} → ${frame}`;
  }
}

/** Segments of one DMA that its text names. */
const SEGMENTS_SHOWN = 8;
const decoder = new TextDecoder();

/** What a device does, by DmaDirection. */
const directionNames: Readonly<Record<number, string>> = {
  [DmaDirection.unknown]: "direction not recorded",
  [DmaDirection.toDevice]: "the device reads",
  [DmaDirection.fromDevice]: "the device writes",
  [DmaDirection.bidirectional]: "the device reads and writes",
};

const sortNames: Readonly<Record<number, string>> = {
  [EventSort.dmaMap]: "DMA map",
  [EventSort.dmaUnmap]: "DMA unmap",
  [EventSort.guestEntry]: "guest's own table",
  [EventSort.grant]: "grant entry",
  [EventSort.ungrant]: "grant entry ended",
  [EventSort.lost]: "lost records",
  [EventSort.domain]: "domain event",
  [EventSort.halfCall]: "end of a call",
  [EventSort.abandoned]: "call without its end",
};

function sums(numbers: ArrayLike<number>): Float64Array {
  const ends = new Float64Array(numbers.length);
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) {
    sum += numbers[i];
    ends[i] = sum;
  }
  return ends;
}

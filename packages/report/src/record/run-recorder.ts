import type { Finding } from "@xgt/findings";
import { severityRank } from "@xgt/findings";
import { PAGE_SIZE } from "@xgt/hypercall-abi";
import {
  DmaView,
  type EventBatch,
  EventKind,
  GuestEntryView,
  markText,
  type StringTable,
} from "@xgt/hypercall-log";
import {
  type Call,
  type Change,
  type ReplayEvent,
  type ReplayObserver,
  type ReplaySetup,
  runFactsOf,
} from "@xgt/p2m-tracker";
import { callName, describeEffect, type RunContext } from "@xgt/run";
import { type PackedTable, packedTable } from "../columns/table.ts";
import { EventSort, type TableShapes, tableShapes } from "../columns/table-shapes.ts";
import { EVENTS_MAX, HITS_MAX, MARKS_MAX, TRANSFERS_MAX } from "../limits.ts";
import { ChangeRecorder } from "./change-recorder.ts";
import { Names } from "./names.ts";
import { OpenTransfers } from "./open-transfers.ts";
import { TextBlock } from "./text-block.ts";

const NONE = -1;
const MICROSECONDS = 1e6;
/** Frames from here on are no machine's: a bus address with flags in its top bits. */
const FRAMES_END = 2 ** 52;

/** EventSort by EventKind. */
const sorts: Readonly<Record<number, number>> = {
  [EventKind.exit]: EventSort.call,
  [EventKind.guestP2m]: EventSort.guestEntry,
  [EventKind.dma]: EventSort.dmaMap,
  [EventKind.lost]: EventSort.lost,
  [EventKind.grant]: EventSort.grant,
  [EventKind.ungrant]: EventSort.ungrant,
  [EventKind.domain]: EventSort.domain,
};

/** Keeps what happens in a run as the tables of its page. */
export class RunRecorder implements ReplayObserver {
  readonly events: PackedTable<TableShapes["events"]> = packedTable(tableShapes.events);
  readonly dma: PackedTable<TableShapes["dma"]> = packedTable(tableShapes.dma);
  readonly releases: PackedTable<TableShapes["releases"]> = packedTable(tableShapes.releases);
  readonly entries: PackedTable<TableShapes["entries"]> = packedTable(tableShapes.entries);
  readonly marks: PackedTable<TableShapes["marks"]> = packedTable(tableShapes.marks);
  readonly hits: PackedTable<TableShapes["hits"]> = packedTable(tableShapes.hits);
  readonly changes = new ChangeRecorder();
  readonly texts = new TextBlock();
  readonly names = new Names();
  readonly setup: ReplaySetup;
  /** What found no room, by what it is. */
  readonly leftOut = { events: 0, transfers: 0, hits: 0 };
  private readonly strings: StringTable;
  private readonly defaults: readonly number[];
  private readonly transfer = new DmaView();
  private readonly entry = new GuestEntryView();
  private readonly open = new OpenTransfers();
  private readonly tasks = new Map<number, number>();
  private number = 0;

  constructor({ setup, strings }: Pick<RunContext, "setup" | "strings">) {
    this.setup = setup;
    this.strings = strings;
    const { defaultDomid } = runFactsOf(setup);
    this.defaults = setup.sources.map(({ domid }) => domid ?? defaultDomid);
  }

  change(change: Change): void {
    this.changes.add(change, this.row);
  }

  finding({ event, domid, gfn, count, severity, busMfn, rule }: Finding): void {
    if (severity === "info" || gfn === null || event === null) return;
    if (this.hits.number.length >= HITS_MAX) {
      this.leftOut.hits++;
      return;
    }
    const { hits } = this;
    hits.number.push(event);
    hits.domid.push(domid ?? NONE);
    hits.gfn.push(gfn);
    hits.count.push(count);
    hits.severity.push(severityRank(severity));
    hits.dma.push(severity === "error" && busMfn !== null ? 1 : 0);
    hits.rule.push(this.names.of(rule));
  }

  after({ number, batch, row, call }: ReplayEvent): void {
    const kind = batch.kind[row];
    if (kind === EventKind.enter) return;
    if (this.isFull(number)) return;
    this.changes.flush();
    const domid = call?.caller ?? this.domidOf(batch, row);
    let sort = sorts[kind] ?? EventSort.domain;
    if (kind === EventKind.exit && call === null) sort = EventSort.halfCall;
    if (kind === EventKind.dma) sort = this.addTransfer(batch, row, domid);
    if (kind === EventKind.guestP2m) this.addEntry(batch, row, domid);
    const isPlain = kind === EventKind.dma || kind === EventKind.guestP2m;
    const text = isPlain ? "" : describeEffect({ call, at: { batch, row } });
    const { events } = this;
    events.number.push(number);
    events.time.push(microseconds(batch.time[row]));
    events.kind.push(sort);
    events.name.push(call === null ? NONE : this.names.of(callName(call.nr, call.cmd)));
    events.task.push(this.task(call?.comm ?? batch.comm[row], call?.pid ?? batch.pid[row]));
    events.cpu.push(batch.cpu[row]);
    events.file.push(batch.source[row]);
    events.place.push(batch.place[row]);
    events.domid.push(domid);
    events.text.push(text === "" ? 0 : this.texts.add(text));
    this.number = number;
  }

  abandoned(call: Call): void {
    if (this.isFull(this.number)) return;
    this.changes.flush();
    const { events } = this;
    events.number.push(this.number);
    events.time.push(microseconds(call.enterTime));
    events.kind.push(EventSort.abandoned);
    events.name.push(this.names.of(callName(call.nr, call.cmd)));
    events.task.push(this.task(call.comm, call.pid));
    events.cpu.push(NONE);
    events.file.push(call.enterSource);
    events.place.push(call.enterPlace);
    events.domid.push(call.caller);
    events.text.push(this.texts.add(describeEffect({ call, at: null })));
  }

  mark(batch: EventBatch, row: number): void {
    const { marks } = this;
    if (marks.event.length >= MARKS_MAX) return;
    marks.event.push(this.row);
    marks.time.push(microseconds(batch.time[row]));
    marks.text.push(this.names.of(this.strings.get(markText(batch, row))));
  }

  end(): void {
    this.changes.flush();
  }

  /** Row that the event under way gets in the table of events. */
  private get row(): number {
    return this.events.number.length;
  }

  private isFull(number: number): boolean {
    if (this.row < EVENTS_MAX) return false;
    this.leftOut.events++;
    this.number = number;
    return true;
  }

  /** Adds the segments of a DMA, or ends those of an earlier one. Returns what the event is. */
  private addTransfer(batch: EventBatch, row: number, domid: number): number {
    const { transfer } = this;
    transfer.load(batch, row);
    for (let segment = 0; segment < transfer.segments; segment++) {
      if (transfer.isUnmap) this.release(domid, transfer.bus(segment));
      else this.addSegment(segment, domid);
    }
    return transfer.isUnmap ? EventSort.dmaUnmap : EventSort.dmaMap;
  }

  private release(domid: number, bus: number): void {
    const ended = this.open.end(domid, bus);
    if (ended < 0) return;
    this.releases.event.push(this.row);
    this.releases.dma.push(ended);
  }

  private addSegment(segment: number, domid: number): void {
    const { transfer, dma } = this;
    if (dma.event.length >= TRANSFERS_MAX) {
      this.leftOut.transfers++;
      return;
    }
    const phys = transfer.phys(segment);
    const bus = transfer.bus(segment);
    const size = transfer.size(segment);
    const first = frameOf(phys);
    this.open.begin(domid, bus, dma.event.length);
    dma.event.push(this.row);
    dma.domid.push(domid);
    dma.gfn.push(first);
    dma.bus.push(frameOf(bus));
    dma.pages.push(pagesOf(Number.isNaN(phys) ? bus : phys, size));
    dma.device.push(this.names.of(this.strings.get(transfer.dev)));
    dma.direction.push(transfer.direction);
  }

  private addEntry(batch: EventBatch, row: number, domid: number): void {
    const { entry, entries } = this;
    entry.load(batch, row);
    if (entry.pfn >= FRAMES_END) return;
    if (entries.event.length >= TRANSFERS_MAX) {
      this.leftOut.transfers++;
      return;
    }
    entries.event.push(this.row);
    entries.domid.push(domid);
    entries.gfn.push(entry.pfn);
    entries.count.push(Math.min(Math.max(1, entry.count), FRAMES_END - entry.pfn));
    entries.mfn.push(entry.mfn >= FRAMES_END ? NONE : entry.mfn);
  }

  private domidOf(batch: EventBatch, row: number): number {
    const domid = batch.domid[row];
    return domid < 0 ? (this.defaults[batch.source[row]] ?? NONE) : domid;
  }

  /** Index of "dmag-195". */
  private task(comm: number, pid: number): number {
    const key = (comm + 1) * 2 ** 32 + (pid >>> 0);
    let index = this.tasks.get(key);
    if (index === undefined) {
      const name = this.strings.get(comm);
      index = this.names.of(pid < 0 ? name : `${name === "" ? "task" : name}-${pid}`);
      if (this.tasks.size < 1 << 16) this.tasks.set(key, index);
    }
    return index;
  }
}

function microseconds(seconds: number): number {
  const value = Math.round(seconds * MICROSECONDS);
  return value >= 0 && value < FRAMES_END ? value : NONE;
}

/** Frame of a byte address; NONE: not recorded, or no machine address. */
function frameOf(address: number): number {
  const frame = Math.floor(address / PAGE_SIZE);
  return frame >= 0 && frame < FRAMES_END ? frame : NONE;
}

/** Pages that `size` bytes from an address on lie in. */
function pagesOf(address: number, size: number): number {
  const bytes = size >= 1 ? size : 1;
  const offset = Number.isNaN(address) ? 0 : address % PAGE_SIZE;
  return Math.floor((offset + Math.min(bytes, FRAMES_END) - 1) / PAGE_SIZE) + 1;
}

import { GRANT_TABLE_OP, GrantTableOp, MEMORY_OP, MemoryOp } from "@xgt/hypercall-abi";
import { argumentShapeOf, fieldIndex } from "../../events/argument-shape.ts";
import { CallWriter } from "../../events/call-writer.ts";
import { EventKind, Recorded } from "../../events/event-kind.ts";
import { writeLost } from "../../events/single-value.ts";
import { XENTRACE_CPUS_MAX } from "../../limits.ts";
import type { LogFormat, LogReader, ReaderContext } from "../log-format.ts";
import { classText, HEAD_BYTES, XentraceEvent, xentraceHead } from "./xentrace-record.ts";

/** Head of a file's first record: two words of data, no counter. */
const FIRST_HEAD = 0x2001f003;
const CPU_CHANGE_BYTES = 12;
/** Words of data that a record has at most. */
const RECORD_BYTES_MAX = HEAD_BYTES + 8 + 7 * 4;
const TRANSFER_OPS = new Map<number, number>([
  [XentraceEvent.grantMap, GrantTableOp.map_grant_ref],
  [XentraceEvent.grantUnmap, GrantTableOp.unmap_grant_ref],
  [XentraceEvent.grantTransfer, GrantTableOp.transfer],
]);

/**
 * Reader of xentrace's files: Xen's records, those of one CPU in a window that a record of its own begins (CPU, bytes).
 *
 *     1 word    event (28 bits), words of data (3), whether a counter follows (1)
 *     2 words   the CPU's counter, where it does
 *     data      memory events: 0x10f005 an extent of a decrease_reservation (frame, order); 0x10f001 and 0x10f002 a grant mapped
 *               or unmapped (the other domain only)
 */
class XentraceReader implements LogReader {
  private readonly context: ReaderContext;
  private readonly writer: CallWriter;
  private held = new Uint8Array(0);
  private offset = 0;
  /** Bytes of the window that are still to come; the file begins with one. */
  private left = 0;
  private cpu = -1;
  private nextCall = 1;
  private grants = 0;
  private memoryRecords = 0;
  private isOver = false;

  constructor(context: ReaderContext) {
    this.context = context;
    this.writer = new CallWriter(context.batch);
  }

  push(bytes: Uint8Array): void {
    if (this.isOver) return;
    const all = new Uint8Array(this.held.length + bytes.length);
    all.set(this.held);
    all.set(bytes, this.held.length);
    const view = new DataView(all.buffer);
    let at = 0;
    while (!this.isOver && at + HEAD_BYTES <= all.length) {
      const { event, dataAt, size } = xentraceHead(view.getUint32(at, true));
      if (at + size > all.length) break;
      this.record(view, at, { event, dataAt, size });
      at += size;
      this.offset += size;
    }
    this.held = all.slice(at, at + RECORD_BYTES_MAX);
  }

  finish(): void {
    const { stats } = this.context;
    if (!this.isOver && (this.held.length > 0 || this.left > 0)) {
      stats.truncated = true;
      this.problem(
        this.held.length > 0 ? "the file ends inside a record" : "the file ends inside a CPU's window",
      );
    }
    const what = `${this.grants} of ${this.memoryRecords} memory records tell of grants, of which xentrace records neither gfn nor ref nor handle`;
    const also = "who called, what it returned and when are not recorded either";
    stats.warn({
      place: this.offset,
      unit: "byte",
      message: `${what}; ${also}: it cannot be replayed fully; record with \`xgt capture\``,
    });
  }

  private record(view: DataView, at: number, head: { event: number; dataAt: number; size: number }): void {
    const { event, size } = head;
    const data = at + head.dataAt;
    const bytes = size - head.dataAt;
    if (event === XentraceEvent.cpuChange && bytes >= 8) {
      this.beginWindow(view.getUint32(data, true), view.getUint32(data + 4, true));
      return;
    }
    if (size > this.left) {
      this.cut(
        this.left === 0 ? "a record outside of any CPU's window" : "a record reaches over its CPU's window",
      );
      return;
    }
    this.left -= size;
    if (event >>> 16 === 0x10) this.memoryRecords++;
    if (event === XentraceEvent.lostRecords && bytes >= 4) this.lost(view.getUint32(data, true));
    else if (event === XentraceEvent.wrapBuffer) this.context.stats.skip("ends of a CPU's ring");
    else if (event === XentraceEvent.decreaseReservation && bytes >= 12) {
      this.decrease(
        view.getUint32(data, true),
        view.getUint32(data + 4, true),
        view.getUint32(data + 8, true),
      );
    } else if (TRANSFER_OPS.has(event)) this.grant(TRANSFER_OPS.get(event) ?? -1);
    else this.context.stats.skip(classText(event));
  }

  private beginWindow(cpu: number, size: number): void {
    if (this.left > 0) this.cut(`a CPU's window begins ${this.left} bytes before another one's end`);
    else if (cpu >= XENTRACE_CPUS_MAX) this.cut(`a window of CPU ${cpu}: no machine has so many`);
    this.cpu = cpu;
    this.left = size;
  }

  private lost(count: number): void {
    const { batch, stats } = this.context;
    this.add(EventKind.lost);
    writeLost(batch, count);
    stats.lost += count;
  }

  /** One extent of a decrease_reservation: Xen writes the record before it takes the frames. What came of it is not recorded. */
  private decrease(low: number, high: number, order: number): void {
    const shape = argumentShapeOf(MEMORY_OP, MemoryOp.decrease_reservation);
    if (shape === undefined) return;
    const { writer } = this;
    this.call(EventKind.enter, MEMORY_OP, MemoryOp.decrease_reservation);
    writer.begin(shape.in, 0);
    writer.beginRow();
    writer.setFieldNumber(fieldIndex(shape.in, "extent_order"), order);
    writer.setFieldNumber(fieldIndex(shape.in, "nr_extents"), 1);
    writer.beginList(0);
    writer.addElement(low, high);
    writer.end();
    this.end(MEMORY_OP, MemoryOp.decrease_reservation);
  }

  /** A grant was mapped, unmapped or transferred; at which gfn is not recorded. */
  private grant(cmd: number): void {
    this.grants++;
    this.call(EventKind.enter, GRANT_TABLE_OP, cmd);
    this.context.batch.pushNoArguments(Recorded.nothing);
    this.end(GRANT_TABLE_OP, cmd);
  }

  private end(nr: number, cmd: number): void {
    this.call(EventKind.exit, nr, cmd);
    this.context.batch.pushNoArguments(Recorded.nothing);
    this.nextCall++;
  }

  private call(kind: number, nr: number, cmd: number): void {
    const { batch } = this.context;
    const row = this.add(kind);
    batch.call[row] = this.nextCall;
    batch.nr[row] = nr;
    batch.cmd[row] = cmd;
  }

  private add(kind: number): number {
    const { batch, stats } = this.context;
    const row = batch.add(kind, this.offset);
    batch.cpu[row] = this.cpu;
    stats.events++;
    return row;
  }

  /** What follows cannot be told apart. */
  private cut(message: string): void {
    this.isOver = true;
    this.context.stats.truncated = true;
    this.problem(message);
  }

  private problem(message: string): void {
    this.context.stats.problem({ place: this.offset, unit: "byte", message });
  }
}

/** A file begins with a CPU's window. */
function sniff(head: Uint8Array): boolean {
  if (head.length < CPU_CHANGE_BYTES) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return view.getUint32(0, true) === FIRST_HEAD && view.getUint32(4, true) < XENTRACE_CPUS_MAX;
}

/** xentrace's binary file. */
export const xentrace: LogFormat = {
  name: "xentrace",
  title: "xentrace's binary file: memory events, without their arguments",
  placeUnit: "byte",
  sniff,
  open: (context) => new XentraceReader(context),
};

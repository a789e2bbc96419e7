import { GRANT_TABLE_OP, MEMORY_OP } from "@xgt/hypercall-abi";
import { EventKind } from "../../events/event-kind.ts";
import { GuestEntryWriter } from "../../events/guest-entry-view.ts";
import { writeLost, writeMark } from "../../events/single-value.ts";
import type { ReaderContext } from "../log-format.ts";
import { FtraceCalls } from "./ftrace-calls.ts";
import type { FtraceEventName } from "./ftrace-event-names.ts";
import { type FtraceFields, Scalar } from "./ftrace-fields.ts";
import type { FtraceHead } from "./ftrace-head.ts";

/**
 * Events of a trace's probes, marks and losses -> events of the log, whatever form the trace has. Beside those of calls:
 *
 *     p2m: (__set_phys_to_machine_multi+0x0/0x270) pfn=0x107fd0 mfn=0xc78ea n=1       an entry of the guest's own table
 *     tracing_mark_write: step own: write and read an own page                        a note by the user
 */
export class FtraceProbes {
  /** Calls of the trace. */
  readonly calls: FtraceCalls;
  private readonly context: ReaderContext;
  private readonly entry: GuestEntryWriter;

  constructor(context: ReaderContext) {
    this.context = context;
    this.calls = new FtraceCalls(context);
    this.entry = new GuestEntryWriter(context.batch);
  }

  /** Whether no call's list waits for its next part. */
  get isSettled(): boolean {
    return this.calls.isSettled;
  }

  /** An event of a probe. False: it lacks members of its kind of probe. */
  take(name: FtraceEventName, head: FtraceHead, fields: FtraceFields): boolean {
    const { calls } = this;
    if (!fields.hasAll(name.needs)) return false;
    if (name.read === "memoryOp") calls.enterMemoryOp(head, fields, name.site, name.via);
    else if (name.read === "listPart") calls.enterListPart(head, fields, name.site);
    else if (name.read === "grantTableOp") calls.enterGrantTableOp(head, fields, name.site, name.via);
    else if (name.read === "other") calls.enterOther(head, fields, name.site);
    else if (name.read === "memoryOpReturn") calls.exit(head, fields, name.site, MEMORY_OP);
    else if (name.read === "grantTableOpReturn") calls.exit(head, fields, name.site, GRANT_TABLE_OP);
    else if (name.read === "otherReturn") calls.exit(head, fields, name.site, fields.unsigned(Scalar.op));
    else this.guestP2m(head, fields);
    return true;
  }

  /** What user space wrote into the trace. `text`: index of a string. */
  mark(head: FtraceHead, text: number): void {
    this.add(EventKind.mark, head);
    writeMark(this.context.batch, text);
  }

  /** `count` events of a CPU (-1: not known which) are missing here; `place` as in EventBatch. */
  lost(place: number, cpu: number, count: number): void {
    const { batch, stats } = this.context;
    if (cpu >= 0) this.calls.lost(cpu);
    const row = batch.add(EventKind.lost, place);
    batch.cpu[row] = cpu;
    writeLost(batch, count);
    stats.events++;
    stats.lost += count;
  }

  /** The log has ended. */
  finish(): void {
    this.calls.finish();
  }

  private guestP2m(head: FtraceHead, fields: FtraceFields): void {
    const { context, entry } = this;
    this.calls.settle(head);
    this.add(EventKind.guestP2m, head);
    context.stats.events++;
    entry.begin();
    entry.setPfn(fields.lowOf(Scalar.pfn), fields.highOf(Scalar.pfn));
    entry.setMfn(fields.lowOf(Scalar.mfn), fields.highOf(Scalar.mfn));
    if (fields.has(Scalar.n)) entry.setCount(fields.lowOf(Scalar.n), fields.highOf(Scalar.n));
  }

  private add(kind: number, head: FtraceHead): void {
    const { batch } = this.context;
    const row = batch.add(kind, head.place);
    batch.time[row] = head.time;
    batch.cpu[row] = head.cpu;
    batch.pid[row] = head.pid;
    batch.comm[row] = head.comm;
  }
}

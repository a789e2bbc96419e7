import { CALLS_UNDER_WAY_MAX, FTRACE_CHUNKS_MAX } from "../../limits.ts";
import { CHUNK_WORDS, type FtraceFields, Scalar, WordList } from "./ftrace-fields.ts";
import { FtraceHead } from "./ftrace-head.ts";

const ARGUMENT_WORDS = CHUNK_WORDS;

/** A memory_op whose list came in several events, as far as they have been met. */
export class ListParts {
  /** Of the event printed last: that is the place and time of the call. */
  readonly head = new FtraceHead();
  site = 0;
  cmd = 0;
  argLow = 0;
  argHigh = 0;
  /** Elements that the call declared. */
  declared = 0;
  readonly args = new WordList(ARGUMENT_WORDS);
  readonly list = new WordList(FTRACE_CHUNKS_MAX * CHUNK_WORDS);

  begin(fields: FtraceFields, site: number): void {
    this.site = site;
    this.cmd = fields.unsigned(Scalar.cmd);
    this.argLow = fields.lowOf(Scalar.arg);
    this.argHigh = fields.highOf(Scalar.arg);
    this.declared = fields.unsigned(Scalar.nr);
    this.args.clear();
    this.list.clear();
  }

  /** Whether an event is a further part of this call and not the next call at its place. */
  goesOn(fields: FtraceFields, site: number): boolean {
    return (
      this.site === site &&
      this.cmd === fields.unsigned(Scalar.cmd) &&
      this.argLow === fields.lowOf(Scalar.arg) &&
      this.argHigh === fields.highOf(Scalar.arg) &&
      this.declared === fields.unsigned(Scalar.nr) &&
      (this.list.chunks & fields.list.chunks) === 0 &&
      (this.args.length === 0 || fields.args.length === 0)
    );
  }

  take(head: FtraceHead, fields: FtraceFields): void {
    this.head.copy(head);
    if (fields.args.length > 0) this.args.take(fields.args);
    this.list.take(fields.list);
  }
}

/**
 * Calls whose list is still to be completed, by thread, and what is known of each place in the kernel: how many parts
 * its probes print. Only so a list can be told whole that is longer than all parts together.
 */
export class PendingLists {
  private readonly byThread = new Map<number, ListParts>();
  private readonly spare: ListParts[] = [];
  /** Parts (bits) of the lists of a place, where a call ended with fewer elements than it declared. */
  private readonly partsOfSite = new Map<number, number>();

  get size(): number {
    return this.byThread.size;
  }

  of(thread: number): ListParts | undefined {
    return this.byThread.get(thread);
  }

  begin(thread: number, fields: FtraceFields, site: number): ListParts {
    const parts = this.spare.pop() ?? new ListParts();
    parts.begin(fields, site);
    this.byThread.set(thread, parts);
    return parts;
  }

  /** Whether so many elements and such parts are all that a call at this place will get. */
  isWhole(site: number, declared: number, list: WordList, hasArguments: boolean): boolean {
    if (!hasArguments) return false;
    if (list.whole >= declared) return true;
    const known = this.partsOfSite.get(site);
    return known !== undefined && (list.chunks & known) === known;
  }

  /** A call has returned, and no event was lost: its place prints no more parts than it has. */
  learn(parts: ListParts): void {
    if (parts.args.length === 0) return;
    if (this.partsOfSite.size < CALLS_UNDER_WAY_MAX) this.partsOfSite.set(parts.site, parts.list.chunks);
  }

  /** Takes a thread's call out; it is good until the next `begin`. */
  end(thread: number, parts: ListParts): void {
    this.byThread.delete(thread);
    this.spare.push(parts);
  }

  all(): [number, ListParts][] {
    return [...this.byThread];
  }

  /** The thread that has waited longest, where too many wait. */
  overdue(): [number, ListParts] | null {
    if (this.byThread.size < CALLS_UNDER_WAY_MAX) return null;
    for (const entry of this.byThread) return entry;
    return null;
  }
}

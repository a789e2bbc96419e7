import { EventKind } from "../../events/event-kind.ts";
import type { CallsUnderWay } from "../json-lines/calls-under-way.ts";
import type { ReaderContext } from "../log-format.ts";
import { LineLessons } from "../templates/line-lessons.ts";
import { LineTemplates } from "../templates/line-templates.ts";
import { type CallForm, CallRegister } from "./line-values.ts";
import { type CallLayout, NdjsonLessons } from "./ndjson-lessons.ts";

/** Reads lines of the interchange format whose layout is known, and learns those of others. */
export class NdjsonTemplates {
  /** Lines that the last `run` took. */
  taken = 0;
  private readonly context: ReaderContext;
  private readonly calls: CallsUnderWay;
  private readonly lessons: NdjsonLessons;
  private readonly templates: LineTemplates;

  constructor(context: ReaderContext, calls: CallsUnderWay, form: CallForm) {
    this.context = context;
    this.calls = calls;
    const lessons = new LineLessons(context, false);
    this.lessons = new NdjsonLessons(lessons, context.batch, form);
    this.templates = new LineTemplates(lessons.table, context.batch, false, context.templates, calls);
  }

  /** The bytes in which `run` reads from now on. */
  enter(bytes: Uint8Array): void {
    this.templates.enter(bytes);
  }

  /** Adds the events of the lines from `start` on whose layout is known; where the next one begins. `line`: the one before. */
  run(start: number, end: number, line: number): number {
    const { templates } = this;
    let at = start;
    this.taken = 0;
    while (at < end) {
      templates.run(at, end, line + this.taken, false);
      this.taken += templates.taken;
      this.context.stats.events += templates.taken;
      if (templates.body < 0) return templates.next;
      if (!this.takeCall(line + this.taken + 1)) return templates.start;
      this.taken++;
      at = templates.next;
    }
    return at;
  }

  /** Learns from the line at `start`, whose event is the batch's newest. */
  learn(bytes: Uint8Array, start: number, newline: number): void {
    this.lessons.learn(bytes, start, newline);
  }

  /** Adds the call that the templates read; false: what its line says depends on other calls, and nothing is added. */
  private takeCall(place: number): boolean {
    const { templates, calls } = this;
    const { batch, stats } = this.context;
    const layout = this.lessons.calls[templates.body];
    const id = templates.registers[CallRegister.id];
    if (layout === undefined || (layout.kind === EventKind.exit && !this.isOf(layout, id))) {
      batch.wordsUsed = templates.payload;
      return false;
    }
    const row = batch.add(layout.kind, place);
    templates.fill(row);
    batch.call[row] = id;
    if (layout.kind === EventKind.exit) {
      batch.nr[row] = calls.nr;
      batch.cmd[row] = calls.cmd;
      if (layout.hasRet) batch.ret[row] = templates.registers[CallRegister.ret];
      calls.close(id);
    } else {
      const domid = batch.domid[row];
      batch.nr[row] = layout.nr;
      batch.cmd[row] = layout.cmd;
      batch.via[row] = layout.via;
      batch.start[row] = layout.start;
      if (domid >= 0) batch.call[row] = calls.numberOfEnter(id, domid);
      calls.open(batch.call[row], layout.nr, layout.cmd, domid);
    }
    stats.events++;
    return true;
  }

  /** Whether the exit of call `id` may be read by the layout. */
  private isOf(layout: CallLayout, id: number): boolean {
    const { calls } = this;
    if (calls.hasTwins) return false;
    calls.find(id);
    return layout.isPlain || (calls.nr === layout.nr && calls.cmd === layout.cmd);
  }
}

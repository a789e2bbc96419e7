import type { EventLine } from "@xgt/findings";
import { type EventBatch, EventKind } from "@xgt/hypercall-log";
import type { EventEffect } from "@xgt/p2m-tracker";
import { CALLS_LISTED_MAX } from "../../limits.ts";

interface Entered {
  readonly event: number;
  readonly time: number;
  readonly text: string;
  readonly changes: readonly string[];
}

/**
 * Makes one line per hypercall of its two halves: arguments, result, and what it did to the p2m. It stands where the
 * call returned; calls that never do come last. Other events are lines of their own.
 */
export class EventList {
  private readonly entered = new Map<number, Entered>();

  /** The line that is complete with this event, or null. */
  add(effect: EventEffect, batch: EventBatch, row: number): EventLine | null {
    const { event, time, text, changes } = effect;
    const kind = batch.kind[row];
    if (kind === EventKind.enter) {
      const replaced = this.entered.get(batch.call[row]);
      this.entered.delete(batch.call[row]);
      const oldest = this.entered.size >= CALLS_LISTED_MAX ? this.takeOldest() : undefined;
      this.entered.set(batch.call[row], { event, time, text, changes });
      const given = replaced ?? oldest;
      return given === undefined ? null : unanswered(given);
    }
    if (kind !== EventKind.exit) return { event, time, text, changes };
    const entered = this.entered.get(batch.call[row]);
    if (entered === undefined) return { event, time, text, changes };
    this.entered.delete(batch.call[row]);
    return { event, time, text: joined(entered.text, text), changes: [...entered.changes, ...changes] };
  }

  /** Lines of the calls that have not returned. */
  *rest(): Generator<EventLine> {
    for (const entered of this.entered.values()) yield unanswered(entered);
    this.entered.clear();
  }

  private takeOldest(): Entered | undefined {
    for (const [call, entered] of this.entered) {
      this.entered.delete(call);
      return entered;
    }
    return undefined;
  }
}

function unanswered(entered: Entered): EventLine {
  return { ...entered, text: `${called(entered.text)} = ? (its end is not in the log)` };
}

/** "decrease_reservation(domid=0x7ff0 ...) = 1": both halves begin with the call's name. */
function joined(enter: string, exit: string): string {
  const result = exit.indexOf(" = ");
  return result < 0 ? `${called(enter)}; ${exit}` : `${called(enter)}${exit.slice(result)}`;
}

/** "name  arguments" as "name(arguments)". */
function called(enter: string): string {
  const end = enter.indexOf("  ");
  return end < 0 ? `${enter}()` : `${enter.slice(0, end)}(${enter.slice(end).trim()})`;
}

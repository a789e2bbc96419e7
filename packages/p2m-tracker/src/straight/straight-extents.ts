import { DOMID_SELF } from "@xgt/hypercall-abi";
import { type EventBatch, FRAMES_END } from "@xgt/hypercall-log";
import { CALL_FRAMES_MAX } from "../limits.ts";
import { removeRun } from "../semantics/memory/decrease-reservation.ts";
import { fillRun } from "../semantics/memory/populate-physmap.ts";
import { reservationFields } from "../semantics/shared/reservation-fields.ts";
import type { Domain } from "../state/domain.ts";
import { type StraightCounts, SubOp, straightShapes } from "./straight-counts.ts";
import type { StraightHost } from "./straight-host.ts";
import type { WholeCall } from "./whole-call.ts";

/** The first list of a reservation call. */
export const EXTENTS = 0;

/**
 * Own RAM that leaves the map and comes back: calls for the domain itself of which every extent is one frame and is done.
 * The frames rise, so that none is named twice; all are looked at before the first one changes.
 */
export class StraightExtents {
  private readonly host: StraightHost;
  private readonly counts: StraightCounts;
  private readonly call: WholeCall;

  constructor(host: StraightHost, counts: StraightCounts, call: WholeCall) {
    this.host = host;
    this.counts = counts;
    this.call = call;
  }

  /** Takes the enter at `row` and the exit behind it, which is known to be there; false: neither. */
  take(batch: EventBatch, row: number, domain: Domain, subOp: SubOp): boolean {
    const { call, host } = this;
    const shape = straightShapes[subOp];
    if (!call.load(batch, row, shape.in, shape.out) || !this.isPlain(batch.ret[row + 1])) return false;
    // Each may lie in a leaf of its own.
    if (domain.frames.room < call.in.listLength(EXTENTS) || !this.walk(domain, subOp, true)) return false;
    host.machine.event += 2;
    this.walk(domain, subOp, false);
    this.counts.call(subOp, call.in.operations, 0, host.machine.event);
    return true;
  }

  /** Whether all of the call's extents, and nothing but them, were asked for and done. */
  private isPlain(done: number): boolean {
    const asked = this.call.in;
    return (
      asked.u64(0, reservationFields.domid) === DOMID_SELF &&
      asked.u64(0, reservationFields.order) === 0 &&
      asked.u64(0, reservationFields.flags) === 0 &&
      asked.u64(0, reservationFields.count) === done &&
      asked.listLength(EXTENTS) === done &&
      done > 0 &&
      done <= CALL_FRAMES_MAX
    );
  }

  /** Changes the extents run by run; `trial`: only looks whether all of them may. */
  private walk(domain: Domain, subOp: SubOp, trial: boolean): boolean {
    const { machine } = this.host;
    const asked = this.call.in;
    const extents = asked.listLength(EXTENTS);
    const change = subOp === SubOp.decrease ? removeRun : fillRun;
    let beyond = 0;
    for (let index = 0; index < extents; ) {
      const first = asked.listAt(EXTENTS, index);
      const count = asked.runAt(EXTENTS, index, extents - index);
      if (first < beyond || first + count > FRAMES_END) return false;
      beyond = first + count;
      index += count;
      for (let gfn = first; gfn < beyond; ) {
        const changed = change(undefined, machine, domain, index - (beyond - gfn), gfn, beyond - gfn, trial);
        if (changed === 0) return false;
        gfn += changed;
      }
    }
    return true;
  }
}

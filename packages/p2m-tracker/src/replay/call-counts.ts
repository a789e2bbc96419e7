import { Recorded } from "@xgt/hypercall-log";
import type { Call } from "../call/call.ts";
import { CALL_NAMES_MAX } from "../limits.ts";
import { ModelledCalls } from "./modelled-calls.ts";
import type { ReplayCounters } from "./replay-result.ts";

/** Name of the counter for calls beyond CALL_NAMES_MAX names. */
const OTHERS = "(others)";
const NO_CALLS: ReadonlyMap<string, number> = new Map();

/** Counts what a replay did: calls by domain and name, and what it could not join, place or model. */
export class CallCounts {
  readonly counters: ReplayCounters = {
    entersWithoutExit: 0,
    exitsWithoutEnter: 0,
    lost: 0,
    opsNotRecorded: 0,
    dmaPagesNotSeen: 0,
    entriesNotFollowed: 0,
    forgotten: new Map(),
  };
  readonly modelled = new ModelledCalls();
  private readonly calls = new Map<number, Map<string, number>>();

  /** Counts a call of which all that the log has is known. */
  count(call: Call): void {
    this.countName(call.name, call.caller, 1);
    this.modelled.count(call);
    if (call.shape?.subOp.argument === "rows" && call.in.recorded !== Recorded.fault) {
      // What Xen could not read either is not missing.
      this.counters.opsNotRecorded += Math.max(0, call.in.count - call.in.rows);
    }
  }

  /** Counts calls of the straight path. */
  pass(name: string, caller: number, calls: number): void {
    this.countName(name, caller, calls);
    this.modelled.modelled += calls;
  }

  /** A domain's whole state became unknown. */
  forgot(why: string): void {
    const { forgotten } = this.counters;
    forgotten.set(why, (forgotten.get(why) ?? 0) + 1);
  }

  private countName(called: string, caller: number, calls: number): void {
    let names = this.calls.get(caller);
    if (names === undefined) {
      names = new Map();
      this.calls.set(caller, names);
    }
    const name = names.size < CALL_NAMES_MAX || names.has(called) ? called : OTHERS;
    names.set(name, (names.get(name) ?? 0) + calls);
  }

  /** A domain's calls by sub-op name. */
  of(domid: number): ReadonlyMap<string, number> {
    return this.calls.get(domid) ?? NO_CALLS;
  }
}

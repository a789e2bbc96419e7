import { GRANT_TABLE_OP, MEMORY_OP, MemoryOp } from "@xgt/hypercall-abi";
import { EventKind, fieldIndex } from "@xgt/hypercall-log";
import type { Call, ReplayEvent, ReplayObserver, ReplayResult } from "@xgt/p2m-tracker";

const RESERVATIONS: readonly number[] = [
  MemoryOp.increase_reservation,
  MemoryOp.decrease_reservation,
  MemoryOp.populate_physmap,
];

/** Calls of one sub-op that Xen did not do as they asked. */
export interface UnmetCounts {
  /** Reservations that did fewer extents than they asked for. */
  shortCounts: number;
  /** Calls that returned an error. */
  refusedCalls: number;
  /** Ops of grant calls whose status is an error. */
  refusedOps: number;
}

/** Calls of one sub-op in a run, of all domains together. */
interface SubOpBehaviour extends Readonly<UnmetCounts> {
  /** "map_grant_ref". */
  readonly operation: string;
  readonly calls: number;
}

/** Counts calls that Xen did not do as they asked, by domain and sub-op. */
export class UnmetCalls implements ReplayObserver {
  private readonly counts = new Map<number, Map<string, UnmetCounts>>();

  after({ batch, row, call }: ReplayEvent): void {
    if (call !== null && batch.kind[row] === EventKind.exit) this.returned(call);
  }

  passed(): void {
    // Xen did what they asked for.
  }

  /** Those of one domain, by sub-op. */
  of(domid: number): ReadonlyMap<string, UnmetCounts> {
    return this.counts.get(domid) ?? new Map();
  }

  /** All calls of a run by sub-op, in order of name, once its replay is over. */
  behaviour({ domains }: ReplayResult): SubOpBehaviour[] {
    const all = new Map<string, UnmetCounts & { calls: number }>();
    for (const domain of domains) {
      const unmet = this.of(domain.domid);
      for (const [name, calls] of domain.calls) {
        const sum = all.get(name) ?? { calls: 0, shortCounts: 0, refusedCalls: 0, refusedOps: 0 };
        const more = unmet.get(name);
        sum.calls += calls;
        sum.shortCounts += more?.shortCounts ?? 0;
        sum.refusedCalls += more?.refusedCalls ?? 0;
        sum.refusedOps += more?.refusedOps ?? 0;
        all.set(name, sum);
      }
    }
    return [...all]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([operation, counts]) => ({ operation, ...counts }));
  }

  private returned(call: Call): void {
    const { caller, name, nr, ret } = call;
    if (ret < extentsOf(call)) this.countsOf(caller, name).shortCounts++;
    if (ret < 0) this.countsOf(caller, name).refusedCalls++;
    if (nr !== GRANT_TABLE_OP) return;
    const status = call.shape?.out.fields.findIndex((field) => field.name === "status") ?? -1;
    if (status < 0) return;
    let refused = 0;
    for (let op = 0; op < call.out.rows; op++) if (call.out.s64(op, status) < 0) refused++;
    if (refused > 0) this.countsOf(caller, name).refusedOps += refused;
  }

  private countsOf(domid: number, name: string): UnmetCounts {
    let names = this.counts.get(domid);
    if (names === undefined) {
      names = new Map();
      this.counts.set(domid, names);
    }
    let counts = names.get(name);
    if (counts === undefined) {
      counts = { shortCounts: 0, refusedCalls: 0, refusedOps: 0 };
      names.set(name, counts);
    }
    return counts;
  }
}

/** Extents that a reservation call asks for; NaN: it is none, or they were not recorded. */
function extentsOf({ nr, cmd, shape, in: input }: Call): number {
  if (nr !== MEMORY_OP || !RESERVATIONS.includes(cmd) || shape === undefined) return Number.NaN;
  return input.u64(0, fieldIndex(shape.in, "nr_extents"));
}

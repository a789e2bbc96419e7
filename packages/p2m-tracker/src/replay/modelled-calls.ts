import { allHypercalls, Errno, hypercallOf, MULTICALL } from "@xgt/hypercall-abi";
import type { Call } from "../call/call.ts";
import { CALL_NAMES_MAX } from "../limits.ts";
import { semanticsOf } from "../semantics/index.ts";

/** Calls of one sub-op that no file of `semantics` models: they may have changed a p2m, and nobody knows how. */
export interface UnmodelledCalls {
  /** Name of the hypercall ("domctl"), or "hypercall 70". */
  readonly hypercall: string;
  /** Number of the sub-op; null: the hypercall has none, or it was not recorded. */
  readonly cmd: number | null;
  readonly calls: number;
}

/** Hypercalls that change no p2m whatever they are asked: time, events, consoles, scheduling, policies, questions. */
const HARMLESS_NAMES: readonly string[] = [
  ...["console_io", "event_channel_op", "event_channel_op_compat", "sched_op", "sched_op_compat", "vcpu_op"],
  ...["xen_version", "vm_assist", "xenpmu_op", "xsm_op", "argo_op", "hypfs_op", "sysctl"],
];
const harmless: ReadonlySet<number> = new Set([
  MULTICALL,
  ...allHypercalls.filter(({ name }) => HARMLESS_NAMES.includes(name)).map(({ nr }) => nr),
]);

/** Stands for sub-ops beyond CALL_NAMES_MAX. */
const OTHERS = -1;

/** Counts calls by whether the model follows them. */
export class ModelledCalls {
  /** Calls that the model follows. */
  modelled = 0;
  private readonly counts = new Map<number, { nr: number; cmd: number; calls: number }>();

  count(call: Call): void {
    if (semanticsOf(call) !== undefined && call.shape !== undefined) {
      this.modelled++;
      return;
    }
    // What Xen does not know changed nothing.
    if (harmless.has(call.nr) || call.retEquals(Errno.ENOSYS)) return;
    const key = call.nr * 2 ** 32 + call.cmd;
    let count = this.counts.get(key);
    if (count === undefined) {
      const isKept = this.counts.size < CALL_NAMES_MAX;
      count = (isKept ? undefined : this.counts.get(OTHERS)) ?? {
        nr: isKept ? call.nr : OTHERS,
        cmd: call.cmd,
        calls: 0,
      };
      this.counts.set(isKept ? key : OTHERS, count);
    }
    count.calls++;
  }

  /** Calls that the model does not follow, by sub-op, in order of number. */
  get unmodelled(): UnmodelledCalls[] {
    const sorted = [...this.counts.values()].sort((a, b) => a.nr - b.nr || a.cmd - b.cmd);
    return sorted.map(({ nr, cmd, calls }) => ({
      hypercall: nr === OTHERS ? "others" : (hypercallOf(nr)?.name ?? `hypercall ${nr}`),
      cmd: nr === OTHERS || cmd < 0 ? null : cmd,
      calls,
    }));
  }
}

import { MEMORY_OP } from "@xgt/hypercall-abi";
import { Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { fragmentEnd } from "../../replay/fragment.ts";
import { conformanceRule } from "../kinds/conformance-rule.ts";
import { decrease, exampleLog, RAM } from "../kinds/example.ts";
import type { Rule, RuleHooks, RuleHost } from "../kinds/rule.ts";

/** Threads whose call goes on in a further fragment; the oldest is dropped when there are more. */
const THREADS_MAX = 1 << 12;

/** How a thread's next call must look: the fragment that Xen makes it issue again. */
interface Expected {
  readonly nr: number;
  readonly cmd: number;
  /** memory_op: where it goes on. */
  readonly start: number;
  /** grant_table_op: ops that are left. */
  readonly count: number;
  /** memory_op: the whole argument; grant_table_op: the first op that is left. Undefined: not recorded. */
  readonly argument: readonly number[] | undefined;
  /** Exit of the fragment before. */
  readonly event: number;
}

/** Fields of one row; for a memory_op its lists too. */
function argumentOf(call: Call, row: number): number[] | undefined {
  if (call.shape === undefined || call.in.recorded !== Recorded.fields || row >= call.in.rows)
    return undefined;
  const values = call.shape.in.fields.map((_, field) => call.in.u64(row, field));
  if (call.nr !== MEMORY_OP) return values;
  call.shape.in.lists.forEach((_, list) => {
    for (let i = 0; i < call.in.listLength(list); i++) values.push(call.in.listAt(list, i));
  });
  return values;
}

/** What Xen leaves in the registers at the end of a fragment; undefined: the call is over. */
function expectedAfter(call: Call): Expected | undefined {
  const done = fragmentEnd(call);
  if (Number.isNaN(done)) return undefined;
  const memory = call.nr === MEMORY_OP;
  return {
    nr: call.nr,
    cmd: call.cmd,
    start: memory ? done : 0,
    count: memory ? 0 : call.in.count - done,
    argument: argumentOf(call, memory ? 0 : done),
    event: call.exitEvent,
  };
}

/** What of the next call is not as expected; undefined: nothing. */
function fault(call: Call, expected: Expected): string | undefined {
  if (call.nr !== expected.nr || call.cmd !== expected.cmd) return `it is ${call.name}`;
  if (call.start !== expected.start) return `it begins at extent ${call.start}`;
  if (expected.nr !== MEMORY_OP && call.in.count !== expected.count) return `it has ${call.in.count} ops`;
  const argument = argumentOf(call, 0);
  if (argument === undefined || expected.argument === undefined) return undefined;
  const same = argument.length === expected.argument.length;
  if (same && argument.every((value, i) => Object.is(value, expected.argument?.[i]))) return undefined;
  return "its argument is another";
}

function describe(expected: Expected): string {
  return expected.nr === MEMORY_OP
    ? `from extent ${expected.start}`
    : `with the ${expected.count} ops that are left`;
}

function watch(host: RuleHost): RuleHooks {
  const byThread = new Map<number, Expected>();
  const none = (): boolean => byThread.size === 0;
  return {
    straight: {
      passes: { mapCall: none, unmapCall: none, decreaseCall: none, populateCall: none },
    },
    begin(call) {
      if (byThread.size === 0) return;
      const expected = byThread.get(call.pid);
      if (expected === undefined) return;
      byThread.delete(call.pid);
      const wrong = fault(call, expected);
      if (wrong === undefined) return;
      host.report(continuation, {
        domain: host.machine.domains.get(call.caller),
        message: `Xen left a call unfinished, to be issued again ${describe(expected)}; of the same thread's next call ${wrong}`,
        causeEvent: expected.event,
      });
    },
    after(call) {
      const expected = expectedAfter(call);
      // Every CPU's idle task is thread 0: it cannot be told whose next call that would be.
      if (expected === undefined || call.pid <= 0) return;
      if (byThread.size >= THREADS_MAX) for (const [oldest] of byThread) byThread.delete(oldest);
      byThread.set(call.pid, expected);
    },
    forgotten() {
      byThread.clear();
    },
  };
}

const gfns = [RAM, RAM + 1, RAM + 2, RAM + 3];
/** The command word that Xen leaves in x0 with two extents of a decrease done. */
const TWO_DONE = 1 + 2 * 64;

export const continuation: Rule = {
  ...conformanceRule({
    id: "H27",
    name: "continuation",
    what: "Where a recorder sits at the HVC, a call that Xen preempts shows as several: the same argument with a start_extent that grows by what was done, or a grant op's array advanced, and its count shrunk, by the ops that were done.",
    source:
      "arch/arm/domain.c:hypercall_create_continuation@master; common/memory.c:do_memory_op@master; common/grant_table.c:do_grant_table_op@master",
    passing: exampleLog(decrease(gfns, TWO_DONE), decrease(gfns, 4, { start_extent: 2 })),
    failing: exampleLog(decrease(gfns, TWO_DONE), decrease(gfns, 4, { start_extent: 1 })),
  }),
  watch,
};

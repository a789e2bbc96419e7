import { Gntst, since, type XenRelease } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { isFragment, isStatus } from "../../semantics/grant/grant-batch.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { ANSWER_STANDS } from "../kinds/conformance-rule.ts";
import { call, EXTENDED, exampleLog, frame, map, RAM } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { batchGfn } from "../watch/physmap-fields.ts";

const BATCH = "add_to_physmap_batch";
const ERRS = 0;
/** Sub-ops with a status for each op, and where it stands. */
const statusFields: ReadonlyMap<string, number> = new Map(
  ["map_grant_ref", "unmap_grant_ref", "unmap_and_replace", "copy", "swap_grant_ref"].map((name) => [
    name,
    fieldIndex(shapeNamed(name).out, "status"),
  ]),
);

/** The results of one call that no Xen writes. */
interface Odd {
  /** Items of which the recorder kept a result that is none, and the first of them. */
  impossible: number;
  firstImpossible: number;
  value: number;
  /** Items that were not written, and the first of them. */
  unwritten: number;
  firstUnwritten: number;
  /** Items that the log shows. */
  seen: number;
}

/** Looks at every result of a call that returned 0. One object serves a whole replay. */
function inspect(call: Call, odd: Odd, xen: XenRelease | null): void {
  odd.impossible = 0;
  odd.unwritten = 0;
  odd.seen = 0;
  const field = statusFields.get(call.name);
  const rows = field === undefined ? call.out.listLength(ERRS) : call.out.rows;
  for (let item = field === undefined ? call.start : 0; item < rows; item++) {
    const value = field === undefined ? call.out.errnoAt(ERRS, item) : call.out.s64(item, field);
    odd.seen++;
    if (Number.isNaN(value)) {
      if (odd.unwritten++ === 0) odd.firstUnwritten = item;
    } else if (field === undefined ? value > 0 : !exists(value, xen, call)) {
      if (odd.impossible++ > 0) continue;
      odd.firstImpossible = item;
      odd.value = value;
    }
  }
}

/** no_space came with 4.16; what an exhausted maptrack answers before is H26's. */
function exists(status: number, xen: XenRelease | null, call: Call): boolean {
  if (status === Gntst.noSpace && call.name !== "map_grant_ref" && since(xen, "4.16") === false) return false;
  return isStatus(status);
}

/** XSA-316 was in 4.10.4, 4.11.2, 4.11.3, 4.12.1, 4.12.2 and 4.13.0 (fixed in 4.11.4, 4.12.3, 4.13.1). */
function aboutPositive(call: Call, xen: XenRelease | null): string {
  if (call.name !== "map_grant_ref" || since(xen, "4.14") === true) return "";
  return "; a map that fails may answer 1 on 4.10.4, 4.11.2, 4.11.3, 4.12.1, 4.12.2 and 4.13.0 (XSA-316): nothing is mapped then";
}

/** XSA-318: a transitive copy that is to be tried again, at the first op (up to 4.11.3, 4.12.2, 4.13.0). */
function aboutUnwritten(call: Call, odd: Odd, xen: XenRelease | null): string {
  const whole = odd.unwritten === odd.seen && call.name === "copy" && since(xen, "4.14") !== true;
  if (!whole) return "";
  return ". A Xen up to 4.11.3, 4.12.2 or 4.13.0 may leave all of a copy undone so (XSA-318), but for transitive grants only: those need grant table version 2, which Arm does not offer by default";
}

function report(host: RuleHost, call: Call, item: number, message: string): void {
  const gfn = call.name === BATCH ? batchGfn(call, item) : Number.NaN;
  host.report(noSuchStatus, {
    domain: host.machine.domains.get(call.target ?? call.caller),
    gfn,
    message: `${call.name}: ${message}`,
  });
}

function others(count: number): string {
  return count > 1 ? ` and ${count - 1} more` : "";
}

/** A call of Xen's that returned 0 has written a result for every op, and only results that exist. */
export const noSuchStatus: Rule = {
  id: "H32",
  name: "no-such-status",
  severity: "warning",
  what: "Where a grant call or an add_to_physmap_batch returns 0, every op has a result, and it is one that Xen has: statuses go from 0 down to -13 (-12 before 4.16), errnos are never positive.",
  why: "Xen writes a status for every op before it returns 0. What is missing was not recorded, or is what the guest had put there; a positive one comes from a bug of a few releases.",
  fix: "Look at the recorder first: does it read the results after the call has returned, and from the right struct? Then look at the Xen release: XSA-316 (map) and XSA-318 (transitive copy) are the only known causes.",
  source:
    "Xen common/grant_table.c:gnttab_map_grant_ref,gnttab_unmap_grant_ref,gnttab_copy,gnttab_swap_grant_ref@master, map_grant_ref,acquire_grant_for_copy@4.13, common/memory.c:xenmem_add_to_physmap_batch@master",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED, status: -9 })),
  failing: exampleLog(
    map({ gfn: EXTENDED, status: 1 }),
    call(
      20,
      5,
      {
        count: 1,
        ops: [
          {
            source: { ref: 8, domid: 1, offset: 0 },
            dest: { gmfn: frame(RAM), domid: "0x7ff0", offset: 0 },
            len: 64,
            flags: 1,
          },
        ],
      },
      { ret: 0, ops: [{}] },
    ),
  ),
  beyondRepair: ANSWER_STANDS,
  watch(host) {
    const odd: Odd = {
      impossible: 0,
      firstImpossible: 0,
      value: 0,
      unwritten: 0,
      firstUnwritten: 0,
      seen: 0,
    };
    return {
      straight: { passes: { mapCall: always, unmapCall: always } },
      subOps: [...statusFields.keys(), BATCH],
      after(call) {
        if (call.ret !== 0) return;
        const xen = host.machine.xen;
        inspect(call, odd, xen);
        if (odd.impossible > 0) {
          const about = odd.value > 0 ? aboutPositive(call, xen) : "";
          const what = call.name === BATCH ? "errno" : "status";
          const where = `op ${odd.firstImpossible}${others(odd.impossible)}`;
          report(host, call, odd.firstImpossible, `no Xen has ${what} ${odd.value} (${where})${about}`);
        }
        // A fragment of a map ends with 0, which is also its sub-op: the ops behind it come with the next call.
        const field = statusFields.get(call.name);
        const fragment = field !== undefined && odd.unwritten < odd.seen && isFragment(call, field);
        if (odd.unwritten === 0 || fragment) return;
        const where = `op ${odd.firstUnwritten}${others(odd.unwritten)}`;
        const message = `the call returned 0, but no result was written for ${where}${aboutUnwritten(call, odd, xen)}`;
        report(host, call, odd.firstUnwritten, message);
      },
    };
  },
};

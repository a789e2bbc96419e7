import { counted } from "@xgt/findings";
import { Gntst } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { EXTENDED, exampleLog, map, RAM, unmap } from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";

import { forEachRun } from "../watch/frame-runs.ts";
import { frameOf, mapFields } from "../watch/grant-op-fields.ts";

/** Whether any op names the caller as granter: nearly no call does. */
function namesItself(call: Call): boolean {
  for (let row = 0; row < call.in.rows; row++) {
    if (call.in.u64(row, mapFields.dom) === call.caller) return true;
  }
  return false;
}

/** Reports the own frames that one call maps a second time, as one finding. */
function reportCall(host: RuleHost, domain: Domain, call: Call): void {
  if (!namesItself(call)) return;
  const rows = new Map<number, number>();
  for (let row = 0; row < call.in.rows; row++) {
    if (call.in.u64(row, mapFields.dom) !== call.caller || call.item(row) !== Gntst.okay) continue;
    const gfn = frameOf(call.in.u64(row, mapFields.hostAddr));
    if (!Number.isNaN(gfn)) rows.set(gfn, row);
  }
  const runs: { gfn: number; count: number }[] = [];
  forEachRun([...rows.keys()], (gfn, count) => runs.push({ gfn, count }));
  if (runs.length === 0) return;
  const [{ gfn, count }] = runs;
  const message =
    rows.size === 1 ? describeOne(call, rows.get(gfn) ?? 0, gfn) : describeAll(call, rows, runs);
  host.report(aliasSelfGrant, { domain, gfn, count, message });
}

function describeOne(call: Call, row: number, gfn: number): string {
  const ref = call.in.u64(row, mapFields.ref);
  const mfn = frameOf(call.out.u64(row, mapFields.bus));
  if (Number.isNaN(mfn)) return `the domain maps a frame of its own here by its own grant (ref ${ref})`;
  if (mfn === gfn)
    return `own frame ${hex(mfn)} is mapped at its own gfn by the domain's own grant (ref ${ref}): the unmap will leave a hole`;
  return `own frame ${hex(mfn)} is mapped here too by the domain's own grant (ref ${ref})`;
}

function describeAll(
  call: Call,
  rows: ReadonlyMap<number, number>,
  runs: readonly { gfn: number }[],
): string {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const row of rows.values()) {
    const ref = call.in.u64(row, mapFields.ref);
    low = Math.min(low, ref);
    high = Math.max(high, ref);
  }
  const refs = low === high ? `ref ${low}` : `refs ${low} to ${high}`;
  const where =
    runs.length === 1 ? "here" : `here and at ${counted(runs.length - 1, "further range")} of gfns`;
  return `${rows.size} of the domain's own frames are mapped ${where} by its own grants (${refs})`;
}

/** A domain maps a grant of its own: one frame at two gfns. */
export const aliasSelfGrant: Rule = {
  id: "G36",
  name: "alias-self-grant",
  severity: "info",
  what: "A domain does not map its own frames through grants.",
  why: "One frame is visible at two gfns: who owns it and which mapping is cached becomes confused, and the second gfn is not 1:1.",
  fix: "Use the page itself. A loopback of backend and frontend in one domain needs this and is fine.",
  source: "Xen common/grant_table.c:map_grant_ref@master",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED, dom: 1 })),
  failing: exampleLog(map({ gfn: EXTENDED, dom: 0, mfn: RAM })),
  repaired: exampleLog(map({ gfn: EXTENDED, dom: 0, mfn: RAM }), unmap(EXTENDED)),
  watch: (host) => ({
    straight: { passes: { mapCall: always } },
    subOps: ["map_grant_ref"],
    after(call) {
      const domain = host.machine.domains.get(call.caller);
      if (domain !== undefined) reportCall(host, domain, call);
    },
  }),
};

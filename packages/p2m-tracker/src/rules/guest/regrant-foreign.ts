import { DOMID_SELF, Gntst } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import { copySides } from "../../semantics/grant/copy.ts";
import { isSelfGrant } from "../../semantics/memory/decrease-reservation.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import {
  call,
  decrease,
  EXTENDED,
  exampleLog,
  frame,
  map,
  mapForeign,
  populate,
  RAM,
} from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { mapFields } from "../watch/grant-op-fields.ts";

/** What another domain's frame at the gfn is mapped as; null where there is none or it is not known. */
function borrowed(domain: Domain, gfn: number): string | null {
  const kind = domain.p2m.kindOf(gfn);
  if (kind === FrameKind.foreign) return "a foreign mapping";
  return kind === FrameKind.grant && isSelfGrant(domain, gfn) === false ? "another domain's grant" : null;
}

function mappedAt(domain: Domain, gfn: number): number {
  return domain.p2m.eventAt(gfn);
}

class BorrowedWatch {
  private readonly host: RuleHost;
  /** gfns already reported, with the event of the mapping there: one wrong page fails again and again. */
  private readonly reported = new Map<string, number>();

  constructor(host: RuleHost) {
    this.host = host;
  }

  mapped(call: Call): void {
    for (let row = 0; row < call.in.rows; row++) {
      if (call.item(row) !== Gntst.badPage) continue;
      const granter = call.in.u64(row, mapFields.dom);
      const ref = call.in.u64(row, mapFields.ref);
      this.granted(granter, ref, `domain ${call.caller}'s map answers bad_page`);
    }
  }

  copied(call: Call): void {
    for (let row = 0; row < call.in.rows; row++) {
      if (call.item(row) === Gntst.badPage) this.copiedRow(call, row);
    }
  }

  private copiedRow(call: Call, row: number): void {
    const flags = call.in.u64(row, copySides.flags);
    for (const [name, side] of [
      ["source", copySides.source] as const,
      ["destination", copySides.dest] as const,
    ]) {
      const domid = call.in.u64(row, side.domid);
      if ((flags & side.refFlag) !== 0) {
        const granter = domid === DOMID_SELF ? call.caller : domid;
        this.granted(granter, call.in.u64(row, side.ref), "a copy by that ref answers bad_page");
        continue;
      }
      const domain = this.host.machine.domains.get(call.caller);
      const gfn = call.in.u64(row, side.gmfn);
      const what = domain === undefined ? null : borrowed(domain, gfn);
      if (domain !== undefined && what !== null)
        this.report(
          domain,
          gfn,
          `gnttab_copy has gfn ${hex(gfn)} as its ${name} frame, which holds ${what}: it answers bad_page`,
        );
    }
  }

  /** The granter's side, where its entry and the gfn behind it are known. */
  private granted(domid: number, ref: number, answer: string): void {
    const granter = this.host.machine.domains.get(domid);
    const entry = granter?.grants.get(ref);
    if (granter === undefined || entry === undefined) return;
    const what = borrowed(granter, entry.gfn);
    if (what !== null)
      this.report(
        granter,
        entry.gfn,
        `ref ${ref} grants out gfn ${hex(entry.gfn)}, which holds ${what}: ${answer}`,
      );
  }

  private report(domain: Domain, gfn: number, message: string): void {
    const key = `${domain.domid}:${gfn}`;
    const mapped = mappedAt(domain, gfn);
    if (this.reported.get(key) === mapped) return;
    this.reported.set(key, mapped);
    this.host.report(regrantForeign, { domain, gfn, message, causeEvent: mapped });
  }
}

/** A copy of 64 bytes from a frame of the caller to a ref of domain 1. */
function copyFrom(gfn: number, status: number): object[] {
  const op = {
    source: { gmfn: frame(gfn), domid: DOMID_SELF, offset: 0 },
    dest: { ref: 9, domid: 1, offset: 0 },
    len: 64,
    flags: 2,
  };
  return call(20, 5, { count: 1, ops: [op] }, { ret: 0, ops: [{ status }] });
}

/** A frame of another domain is granted on, or named as a frame of a copy. */
export const regrantForeign: Rule = {
  id: "G42",
  name: "regrant-foreign",
  severity: "error",
  what: "A gfn that holds another domain's frame is neither granted out nor used as a frame of gnttab_copy.",
  why: "Xen takes only frames that the domain owns: the peer's map or the copy answers bad_page, an I/O error that looks like the peer's fault.",
  fix: "Copy the data into own RAM first, or hand on the ref that the page came with.",
  source:
    "Xen arch/arm/p2m.c:p2m_get_page_from_gfn@4.17,@master, common/grant_table.c:map_grant_ref,gnttab_copy_claim_buf@master",
  needs: [],
  passing: exampleLog(decrease([RAM]), populate([RAM]), copyFrom(RAM, Gntst.okay)),
  failing: exampleLog(
    map({ gfn: EXTENDED, handle: 1 }),
    copyFrom(EXTENDED, Gntst.badPage),
    mapForeign(EXTENDED + 1),
    { ev: "grant", ref: 8, dom: 0, gfn: frame(EXTENDED + 1), ro: false },
    map({ gfn: EXTENDED + 2, dom: 0, ref: 8, status: Gntst.badPage }),
  ),
  beyondRepair: "The map or copy has failed, and the peer was told so.",
  watch(host) {
    const watch = new BorrowedWatch(host);
    return {
      straight: { passes: { mapCall: always } },
      subOps: ["map_grant_ref", "copy"],
      after: (asked) => (asked.name === "copy" ? watch.copied(asked) : watch.mapped(asked)),
    };
  },
};

import { Gntst, gntstName } from "@xgt/hypercall-abi";
import { ALL_ONES } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { GUEST_ENTRY_PAGES_MAX } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, guestEntry, map, PEER_FRAME, unmap } from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";
import { frameOf, unmapFieldsOf, unmapSubOps } from "../watch/grant-op-fields.ts";
import { LeftMapped } from "../watch/left-mapped.ts";

interface Refusal {
  readonly handle: number;
  readonly status: number;
  readonly event: number;
}

/** Of one domain, by gfn: while a grant is mapped there and the guest's table is known. */
interface Watched {
  readonly epoch: number;
  /** Unmaps that Xen refused. */
  readonly refused: Map<number, Refusal>;
  /** Events at which the guest erased its entry. */
  readonly cleared: Map<number, number>;
}

class ClearedWatch {
  private readonly host: RuleHost;
  private readonly left: LeftMapped;
  private readonly domains = new Map<number, Watched>();

  constructor(host: RuleHost, left: LeftMapped) {
    this.host = host;
    this.left = left;
  }

  /** Ops that Xen refused while the grant they name is mapped at their gfn. */
  unmapped(call: Call): void {
    const domain = this.host.machine.domains.get(call.caller);
    if (domain === undefined) return;
    const fields = unmapFieldsOf(call);
    for (let row = 0; row < call.in.rows; row++) {
      const status = call.out.s64(row, fields.status);
      if (Number.isNaN(status) || status === Gntst.okay) continue;
      const handle = call.in.u64(row, fields.handle);
      const gfn = frameOf(call.in.u64(row, fields.hostAddr));
      if (grantAt(domain, gfn) !== handle) continue;
      const watched = this.watchedOf(domain);
      const refusal = { handle, status, event: call.exitEvent };
      const cleared = watched.cleared.get(gfn);
      watched.cleared.delete(gfn);
      if (cleared !== undefined) this.report(domain, gfn, refusal, cleared);
      else watched.refused.set(gfn, refusal);
    }
  }

  tableChanged(domain: Domain, pfn: number, mfn: number, count: number): void {
    const pages = Math.min(count, GUEST_ENTRY_PAGES_MAX);
    for (let gfn = pfn; gfn < pfn + pages; gfn++) {
      if (mfn < ALL_ONES) this.entered(domain, gfn);
      else if (domain.p2m.kindOf(gfn) === FrameKind.grant) this.clearedAt(domain, gfn);
    }
  }

  /** The grant has left the gfn: nothing is wrong there any more. */
  gone(domain: Domain, gfn: number): void {
    const watched = this.domains.get(domain.domid);
    watched?.refused.delete(gfn);
    watched?.cleared.delete(gfn);
  }

  /** Neither a refused unmap nor an entry that was erased too early is kept. */
  waitsForNothing(domain: Domain): boolean {
    const watched = this.domains.get(domain.domid);
    return watched === undefined || watched.refused.size + watched.cleared.size === 0;
  }

  forget(domain: Domain): void {
    this.domains.delete(domain.domid);
  }

  private entered(domain: Domain, gfn: number): void {
    this.domains.get(domain.domid)?.cleared.delete(gfn);
    this.left.madeGood(domain, gfn);
  }

  private clearedAt(domain: Domain, gfn: number): void {
    const watched = this.watchedOf(domain);
    const event = this.host.machine.event;
    const refusal = watched.refused.get(gfn);
    watched.refused.delete(gfn);
    if (refusal === undefined) watched.cleared.set(gfn, event);
    else if (grantAt(domain, gfn) === refusal.handle) this.report(domain, gfn, refusal, event);
  }

  private watchedOf(domain: Domain): Watched {
    let watched = this.domains.get(domain.domid);
    if (watched === undefined || watched.epoch !== domain.guestP2m.epoch) {
      watched = { epoch: domain.guestP2m.epoch, refused: new Map(), cleared: new Map() };
      this.domains.set(domain.domid, watched);
    }
    return watched;
  }

  private report(domain: Domain, gfn: number, refusal: Refusal, cleared: number): void {
    const mfn = domain.p2m.mfnAt(gfn);
    const frame = mfn < 0 ? "" : ` of frame ${hex(mfn)}`;
    const { handle, status, event } = refusal;
    this.left.hold(domain, gfn, {
      domain,
      gfn,
      message: `the guest cleared its entry for ${hex(gfn)} (event ${cleared}) although Xen answered ${gntstName(status)} to the unmap of handle ${handle} (event ${event}) and still maps the grant${frame} there`,
      expectedMfn: mfn < 0 ? undefined : mfn,
      causeEvent: Math.min(event, cleared),
    });
  }
}

/** Handle of the grant mapped at a gfn; NaN where there is none. */
function grantAt(domain: Domain, gfn: number): number {
  if (Number.isNaN(gfn) || domain.p2m.kindOf(gfn) !== FrameKind.grant) return Number.NaN;
  return domain.p2m.auxAt(gfn);
}

/** The guest forgets a grant that Xen refused to unmap. */
export const clearedButMapped: Rule = {
  id: "G07",
  name: "cleared-but-mapped",
  severity: "error",
  what: "The guest keeps its entry for a gfn while Xen still maps the grant there.",
  why: "The guest takes the pfn for its own frame again: a DMA goes to the host frame of that number while the CPU still reaches the granter's page.",
  fix: "Look at the status of each unmap op and clear the entry only where it is okay; try the others again.",
  source:
    "Xen common/grant_table.c:unmap_common@master; Linux arch/arm/xen/p2m.c:clear_foreign_p2m_mapping@6.1 (clears whatever the status)",
  needs: ["guest-p2m"],
  // bad_handle for a grant that is gone: nothing is mapped, so clearing is right.
  passing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    guestEntry(EXTENDED, PEER_FRAME),
    unmap(EXTENDED, 1),
    unmap(EXTENDED, 1, Gntst.badHandle),
    guestEntry(EXTENDED, -1),
  ),
  failing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    guestEntry(EXTENDED, PEER_FRAME),
    unmap(EXTENDED, 1, Gntst.generalError),
    guestEntry(EXTENDED, -1),
  ),
  repaired: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    guestEntry(EXTENDED, PEER_FRAME),
    unmap(EXTENDED, 1, Gntst.generalError),
    guestEntry(EXTENDED, -1),
    unmap(EXTENDED, 1),
  ),
  watch(host) {
    const left = new LeftMapped(clearedButMapped, host, true);
    const watch = new ClearedWatch(host, left);
    const hooks = left.hooks();
    return {
      ...hooks,
      straight: {
        passes: {
          ...hooks.straight?.passes,
          guestEntry: (domain) => left.isQuiet && watch.waitsForNothing(domain),
          grantGone: (domain) => left.isQuiet && watch.waitsForNothing(domain),
        },
      },
      subOps: unmapSubOps,
      after: (call) => watch.unmapped(call),
      change(change) {
        hooks.change?.(change);
        watch.gone(change.domain, change.gfn);
      },
      guestP2m: (domain, pfn, mfn, count) => watch.tableChanged(domain, pfn, mfn, count),
      forgotten(domain) {
        hooks.forgotten?.(domain);
        watch.forget(domain);
      },
    };
  },
};

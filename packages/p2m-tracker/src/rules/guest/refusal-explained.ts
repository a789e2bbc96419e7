import { counted } from "@xgt/findings";
import { Gntmap, Gntst, PAGE_SIZE, SUPERPAGE_SIZE, since } from "@xgt/hypercall-abi";
import { type Call, Stop } from "../../call/call.ts";
import { GNTMAP_ALLOWED } from "../../semantics/grant/map-flags.ts";
import { hasRole } from "../../semantics/shared/caller-rights.ts";
import { reaches } from "../../semantics/shared/p2m-reach.ts";
import { isTableFailure } from "../../semantics/shared/simple-return.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, map } from "../kinds/example.ts";
import { hex, type Rule, type RuleHooks, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { EventTally, type TallyRow } from "../watch/event-tally.ts";
import { stoppedThere } from "../watch/extent-fields.ts";
import { copyPeer, frameOf, mapFields } from "../watch/grant-op-fields.ts";
import { placementSubOps, targetDomain } from "../watch/physmap-fields.ts";

/** Why Xen refuses. Each is told once per domain, with a count. */
const Cause = { virtual: 0, beyond: 1, silo: 2, flask: 3, maptrack: 4, pool: 5, maxPages: 6 } as const;
type Cause = (typeof Cause)[keyof typeof Cause];
const CAUSES = 8;

/** Addresses from here on are no guest physical ones: an arm64 kernel's own virtual addresses begin there. */
const KERNEL_VIRTUAL = 2 ** 64 - 2 ** 52;
/** Frames behind one entry of the second level of a table: the first map among them needs a page of the pool. */
const TABLE_FRAMES = SUPERPAGE_SIZE / PAGE_SIZE;
/** Refused maps into untouched ranges that make an empty pool likely; fewer have many other causes. */
const POOL_REFUSALS = 3;
/** Refused maps of which the range is looked through. */
const RANGES_LOOKED_AT = 1 << 12;
/** Handles that Xen gives a domain at most by default: 1024 maptrack frames of 256. */
const HANDLES_BY_DEFAULT = 1024 * 256;

const fixes: readonly string[] = [
  "Give host_addr as a guest physical address: on Arm GNTMAP_host_map takes no virtual one (no page table of the guest is changed).",
  "Map at a gfn that the p2m can hold: use an extended region of the hypervisor node.",
  "Let a control domain stand between the two, or boot Xen with xsm=dummy (or a FLASK policy) where the two may share memory.",
  "Look at the FLASK policy that is loaded: it denies what this call asks for.",
  "Look for handles that are never unmapped first (G20); only then raise max_maptrack_frames.",
  "Give the domain a larger p2m pool (xen,domain-p2m-mem-mb, or shadow_memory in xl's configuration), or map within fewer ranges of 2 MiB. If that is not it, look at the granter's entry.",
  "Raise the domain's max_pages (xl mem-max), or give pages back before asking for others.",
];

/** What the log does not tell of a cause that is only likely, by cause. */
const doubts: Readonly<Record<number, readonly string[]>> = {
  [Cause.silo]: ["xsm"],
  [Cause.flask]: ["xsm"],
  [Cause.pool]: ["p2m-pool"],
};

/** What each refusal is put down to, counted by domain and cause. */
class Refusals {
  private readonly host: RuleHost;
  private readonly tally = new EventTally();
  private readonly poolSuspects = new EventTally();
  private looked = 0;

  constructor(host: RuleHost) {
    this.host = host;
  }

  map(call: Call, domain: Domain): void {
    for (let row = 0; row < call.in.rows; row++) {
      const status = call.item(row);
      if (!(status < 0)) continue;
      const gfn = frameOf(call.in.u64(row, mapFields.hostAddr));
      if (status === Gntst.permissionDenied) this.denied(call, domain, call.in.u64(row, mapFields.dom));
      else if (status === Gntst.noSpace || status === Gntst.noDeviceSpace)
        this.add(Cause.maptrack, domain, gfn);
      else if (status === Gntst.generalError) this.refusedMap(call, domain, row, gfn);
    }
  }

  copy(call: Call, domain: Domain): void {
    for (let row = 0; row < call.in.rows; row++) {
      if (call.item(row) !== Gntst.permissionDenied || call.predictedItem(row) === Gntst.permissionDenied)
        continue;
      this.denied(call, domain, copyPeer(call, row));
    }
  }

  /** A page-table page, or a page to shatter a block with, could not be had. */
  placement(call: Call, domain: Domain): void {
    if (hasRole(this.host.machine, domain.domid, "hardware") === true) return;
    if (call.name === "add_to_physmap") {
      if (isTableFailure(call.ret)) this.add(Cause.pool, domain, Number.NaN);
      return;
    }
    for (let item = call.start; item < call.items; item++)
      if (isTableFailure(call.item(item))) this.add(Cause.pool, domain, Number.NaN);
  }

  populate(call: Call, domain: Domain): void {
    if (call.stop === Stop.overAllocation && stoppedThere(call))
      this.add(Cause.maxPages, domain, call.stopGfn);
  }

  end(): void {
    this.poolSuspects.forEach((row, key) => {
      if (row.count >= POOL_REFUSALS) this.report(row, key);
    });
    this.tally.forEach((row, key) => {
      this.report(row, key);
    });
  }

  private add(cause: Cause, domain: Domain, gfn: number): void {
    this.tally.add(domain.domid * CAUSES + cause, domain, this.host.machine.event, gfn);
  }

  private refusedMap(call: Call, domain: Domain, row: number, gfn: number): void {
    const flags = call.in.u64(row, mapFields.flags);
    // Such flags are refused whatever the address (G33).
    if ((flags & ~GNTMAP_ALLOWED) !== 0 || (flags & Gntmap.hostMap) === 0) return;
    if (call.in.u64(row, mapFields.hostAddr) >= KERNEL_VIRTUAL)
      return this.add(Cause.virtual, domain, Number.NaN);
    const reached = reaches(domain, gfn);
    if (reached === false) return this.add(Cause.beyond, domain, gfn);
    const known = call.predictedItem(row) === Gntst.generalError;
    if (known || reached === null || hasRole(this.host.machine, domain.domid, "hardware") === true) return;
    if (this.looked++ >= RANGES_LOOKED_AT || !needsTable(domain, gfn)) return;
    this.poolSuspects.add(domain.domid * CAUSES + Cause.pool, domain, this.host.machine.event, gfn);
  }

  /** XSM: SILO parts two domains of which neither is a control domain; in any other pair only FLASK denies. */
  private denied(call: Call, domain: Domain, peer: number): void {
    const { machine } = this.host;
    const control =
      hasRole(machine, call.caller, "control") === true || hasRole(machine, peer, "control") === true;
    this.add(control || peer === call.caller ? Cause.flask : Cause.silo, domain, Number.NaN);
  }

  private report(row: TallyRow, key: number): void {
    const cause = key % CAUSES;
    this.host.report(refusalExplained, {
      domain: row.domain,
      gfn: row.firstGfn,
      message: `${this.text(cause, row)}, first at event ${row.firstEvent}`,
      causeEvent: row.firstEvent,
      fix: fixes[cause],
      certain: doubts[cause] === undefined,
      uncertain: doubts[cause],
    });
  }

  private text(cause: number, row: TallyRow): string {
    const maps = counted(row.count, "map");
    const were = row.count === 1 ? "was" : "were";
    switch (cause) {
      case Cause.virtual:
        return `${maps} ${were} refused, and would be in any case: host_addr is no guest physical address (it looks like a kernel's virtual one)`;
      case Cause.beyond:
        return `${maps} ${were} refused, and would be in any case: no p2m of this machine reaches gfn ${hex(row.firstGfn)}`;
      case Cause.silo:
        return `${counted(row.count, "op")} ${were} denied between two domains of which neither is a control domain: ${this.silo()}`;
      case Cause.flask:
        return `${counted(row.count, "op")} ${were} denied although a control domain is one of the two: SILO allows that, so a FLASK policy denies it`;
      case Cause.maptrack:
        return `${maps} ${were} refused because no maptrack handle is left: ${handles(row.domain)}`;
      case Cause.pool:
        return `${counted(row.count, "mapping")} into ranges of 2 MiB that held nothing ${were} refused: the domain's p2m pool may be empty (XSA-409), or the granter's entry wrong`;
      default:
        return `${counted(row.count, "call")} stopped because the domain owns as many pages as max_pages lets it`;
    }
  }

  private silo(): string {
    const known = since(this.host.machine.xen, "4.13");
    const builds = "XSM with SILO is Arm's default from 4.10.4, 4.11.2, 4.12.1 and 4.13.0 on";
    return known === true
      ? `XSM's SILO mode parts them (Arm's default)`
      : `XSM's SILO mode may part them (${builds})`;
  }
}

function handles(domain: Domain | undefined): string {
  const live = domain?.maptrack.livePeak ?? 0;
  const many = live >= HANDLES_BY_DEFAULT / 2;
  return `the log shows ${live} live at most, of ${HANDLES_BY_DEFAULT} by default${many ? "" : ", so that others were mapped before it began, or the limit is lower"}`;
}

/** Whether no gfn of the 2 MiB around this one holds anything, so that a map there needs a new page of tables. */
function needsTable(domain: Domain, gfn: number): boolean {
  const first = gfn - (gfn % TABLE_FRAMES);
  for (let i = 0; i < TABLE_FRAMES; i++) {
    const kind = domain.p2m.kindOf(first + i);
    if (kind !== FrameKind.hole && kind !== FrameKind.unknown) return false;
  }
  return true;
}

function watch(host: RuleHost): RuleHooks {
  const refusals = new Refusals(host);
  return {
    straight: { passes: { mapCall: always, populateCall: always } },
    subOps: ["map_grant_ref", "copy", "populate_physmap", ...placementSubOps],
    after(call) {
      const domain = targetDomain(call, host.machine);
      if (domain === undefined) return;
      if (call.name === "map_grant_ref") refusals.map(call, domain);
      else if (call.name === "copy") refusals.copy(call, domain);
      else if (call.name === "populate_physmap") refusals.populate(call, domain);
      else refusals.placement(call, domain);
    },
    end: () => refusals.end(),
  };
}

/** A call that Xen refuses for a reason that its answer does not name. */
export const refusalExplained: Rule = {
  id: "G47",
  name: "refusal-explained",
  severity: "warning",
  what: "No map, copy or populate is refused for want of a right, a handle, a table page or a page, nor for an address that no p2m reaches.",
  why: "The status is the same for many causes (general_error, permission_denied), and Xen prints nothing in a release build. This rule names the cause that the rest of the log points to, once, with a count.",
  fix: "See the finding: each cause has its own.",
  source:
    "Xen common/grant_table.c:map_grant_ref,gnttab_copy@master, xsm/silo.c:silo_mode_dom_check,silo_grant_mapref,silo_grant_copy@master, arch/arm/mmu/p2m.c:p2m_alloc_page@master, arch/arm/p2m.c:p2m_get_root_pointer@4.17, common/memory.c:populate_physmap@master",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED })),
  failing: exampleLog(map({ gfn: EXTENDED, status: Gntst.noSpace })),
  beyondRepair:
    "It explains answers that were given: it is a warning about the set-up, not about what the guest left behind.",
  watch,
};

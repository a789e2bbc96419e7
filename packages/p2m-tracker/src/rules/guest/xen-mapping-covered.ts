import type { Region } from "@xgt/hypercall-log";
import { FrameKind, frameKindNames } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { RAM_WAS_COVERED } from "../kinds/beyond-repair.ts";
import { EXTENDED, exampleLogWith, map } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { coveredRegion } from "../watch/made-by-xen.ts";

const SHARED = 0x7fe00;

/** What the domain can do about it. */
function fixOf(region: Region, change: Change): string {
  if (region.role === "borrower")
    return "Map elsewhere, into an extended region: a borrower cannot get shared memory back, for Xen maps it once, when it builds the domain.";
  return change.domain.directMapped
    ? "Map elsewhere, into an extended region. The domain owns this memory: after the unmap populate_physmap brings the frame back."
    : "Map elsewhere, into an extended region: populate_physmap would bring another frame.";
}

function whatOf(region: Region): string {
  if (!region.name.startsWith("shared:")) return `the ${region.name} page`;
  return `static shared memory ${region.name.slice("shared:".length)}`;
}

function putText(change: Change): string {
  switch (change.kind) {
    case FrameKind.grant:
      return "a grant";
    case FrameKind.foreign:
      return "a foreign frame";
    case FrameKind.xen:
      return "a page of Xen's";
    case FrameKind.mmio:
      return "device memory";
    default:
      return `a frame of kind ${frameKindNames[change.kind]}`;
  }
}

function header(role: string): object {
  const ram = [{ gfn: "0x80000", count: "0x4000" }];
  const shared = {
    name: "shared:shm0",
    gfn: `0x${SHARED.toString(16)}`,
    count: "0x200",
    mfn: `0x${SHARED.toString(16)}`,
    role,
  };
  const regions = [{ name: "extended", gfn: "0x100000", count: "0x10000" }, shared];
  return {
    domains: [
      { domid: 0, mode: "direct-mapped", ram, regions, iommu: false },
      { domid: 1, mode: "translated" },
    ],
  };
}

/** A mapping over memory that Xen mapped when it built the domain: static shared memory, the xenstore page, magic pages. */
export const xenMappingCovered: Rule = {
  id: "G48",
  name: "xen-mapping-covered",
  severity: "error",
  what: "Nothing is mapped over what Xen maps by itself when it builds a domain: static shared memory, the xenstore page, magic pages.",
  why: "The guest no longer reaches that memory, and its peers do not notice: messages are lost. Only its owner can populate it again.",
  fix: "Map elsewhere, into an extended region.",
  source:
    "Xen common/device-tree/static-shmem.c:assign_shared_memory,handle_shared_mem_bank@master, common/device-tree/dom0less-build.c:alloc_xenstore_page@master",
  needs: ["regions"],
  passing: exampleLogWith(header("owner"), map({ gfn: EXTENDED })),
  failing: exampleLogWith(header("borrower"), map({ gfn: SHARED + 1 })),
  beyondRepair: RAM_WAS_COVERED,
  watch: (host) => ({
    changes: {
      from: [FrameKind.own, FrameKind.foreign],
      to: [FrameKind.grant, FrameKind.foreign, FrameKind.xen, FrameKind.mmio],
    },
    change(change) {
      const region = coveredRegion(change);
      if (region === undefined) return;
      host.report(xenMappingCovered, {
        domain: change.domain,
        gfn: change.gfn,
        message: `${change.call?.name ?? "a call"} puts ${putText(change)} over ${whatOf(region)}, which Xen mapped there when it built the domain`,
        fix: fixOf(region, change),
      });
    },
  }),
};

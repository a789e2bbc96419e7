import { DEVELOPMENT_RELEASE, releaseNumbers } from "@xgt/hypercall-abi";
import type { DomainSpec, DomainSpecFile, FrameRange, Region } from "@xgt/hypercall-log";
import { assignedNodes, type GuestDomain, type LayoutModel } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { type AddressRange, frameOf, framesOf } from "../terms/address-range.ts";
import { baseName } from "../tree/device-tree.ts";

/**
 * The domains of a checked tree as `xgt replay --domains` takes them. Dom0's banks are chosen by Xen at boot: they are
 * not listed. Extended regions of a host-layout domain shrink by what Xen's heap holds, so they are an upper bound.
 */
export function domainSpecOf(model: LayoutModel): DomainSpecFile {
  const dom0: DomainSpec[] = model.dom0
    ? [{ domid: 0, mode: "direct-mapped", regions: [], iommu: model.host.iommus.length > 0 }]
    : [];
  return {
    xen: releaseNumbers(Math.min(model.release, DEVELOPMENT_RELEASE)),
    arch: "arm64",
    domains: [...dom0, ...model.domains.map(guestSpec)],
    facts: [],
  };
}

function guestSpec(guest: GuestDomain): DomainSpec {
  const windows = guest.windows.map(({ name, ...range }) => region(name, range));
  const grant = guest.grantWindow === null ? [] : [region("grant-table", guest.grantWindow)];
  const extended = guest.extended.map((range) => region("extended", range));
  const devices = assignedNodes(guest).flatMap(({ node, xenReg }) => {
    return xenReg
      .filter(({ size }) => size > 0n)
      .map((row) => region(`mmio:${baseName(node)}`, guestRange(row)));
  });
  const mode = guest.directMap ? "direct-mapped" : guest.config.hasStaticMem ? "static" : "translated";
  return {
    domid: guest.domid,
    mode,
    ...(guest.ram.length > 0 && { ram: guest.ram.map(frames) }),
    regions: [...windows, ...grant, ...extended, ...devices],
    iommu: guest.iommu,
  };
}

function frames(range: AddressRange): FrameRange {
  return { gfn: frameOf(range.start), count: framesOf(range) };
}

function region(name: string, range: AddressRange): Region {
  return { name, ...frames(range) };
}

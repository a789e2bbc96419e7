import { XENFEAT_DIRECT_MAPPED } from "@xgt/hypercall-abi";
import { DmaDirection } from "@xgt/hypercall-log";
import type { DmaPage } from "../../state/dma-page.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { dma, exampleLog, exampleLogWith, RAM } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";

/** XENFEAT_dom0 (xen/include/public/features.h). */
const XENFEAT_DOM0 = 11;

/** Whether gfns of the domain's RAM are not machine frames; null where nothing says. */
function isTranslated(domain: Domain, host: RuleHost): boolean | null {
  if (domain.mode !== "unknown") return !domain.directMapped;
  // Before 4.16 neither bit is set: then only Dom0 is direct-mapped (features.h). The header's bits are one domain's.
  if (host.features === undefined || host.machine.domains.size > 1) return null;
  return !host.features.includes(XENFEAT_DIRECT_MAPPED) && !host.features.includes(XENFEAT_DOM0);
}

/** A paravirtual device: its backend takes guest addresses, whatever the machine frames are. */
function isVirtual(device: string): boolean {
  return device.includes("virtio");
}

class DeviceWatch {
  private readonly host: RuleHost;
  /** Devices already judged, by domain: one finding tells all of a device's DMA. */
  private readonly judged = new Map<number, Set<number>>();

  constructor(host: RuleHost) {
    this.host = host;
  }

  page(page: DmaPage): void {
    if (page.flush || page.busMfn !== page.gfn || page.domain.directMapped) return;
    if (page.kind !== FrameKind.own && page.kind !== FrameKind.unknown) return;
    const devices = this.judged.get(page.domain.domid) ?? new Set<number>();
    if (devices.has(page.dev)) return;
    this.judged.set(page.domain.domid, devices.add(page.dev));
    if (page.iommu === true || isVirtual(this.host.text(page.dev))) return;
    const translated = isTranslated(page.domain, this.host);
    if (translated === false) return;
    if (translated === null)
      this.host.indeterminate(notDirectMappedAssumed, "nothing says whether the domain is direct-mapped");
    else if (page.iommu === undefined)
      this.host.indeterminate(notDirectMappedAssumed, "nothing says whether an IOMMU serves the domain");
    else this.report(page);
  }

  isJudged(domain: Domain, dev: number): boolean {
    return this.judged.get(domain.domid)?.has(dev) ?? false;
  }

  private report(page: DmaPage): void {
    const device = this.host.text(page.dev);
    const name = device === "" ? "a device" : device;
    const way =
      page.direction === DmaDirection.toDevice
        ? "reads"
        : page.direction === DmaDirection.fromDevice
          ? "writes"
          : "reads and writes";
    this.host.report(notDirectMappedAssumed, {
      domain: page.domain,
      gfn: page.gfn,
      message: `${name} gets gfns as bus addresses in a domain that is not direct-mapped and has no IOMMU: it ${way} host frames of those numbers, which are not this domain's`,
      busMfn: page.busMfn,
    });
  }
}

/** A domain that is not 1:1 lets devices use its gfns. Said once per device. */
export const notDirectMappedAssumed: Rule = {
  id: "G38",
  name: "not-direct-mapped-assumed",
  severity: "error",
  what: "A domain that is not direct-mapped gives a device no gfn as bus address, unless an IOMMU translates it.",
  why: "Its gfns are numbers of its own: every DMA goes to host frames of other domains or of Xen.",
  fix: "Test XENFEAT_direct_mapped (bit 17) and XENFEAT_not_direct_mapped (bit 16) before driving devices; without an IOMMU make the domain direct-mapped or do not give it the device.",
  source:
    "Xen common/kernel.c:do_xen_version@4.16,@master (XENVER_get_features); Linux include/xen/arm/swiotlb-xen.h:xen_swiotlb_detect@6.1",
  needs: ["dma", "mode"],
  passing: exampleLog(dma(RAM, RAM)),
  failing: exampleLogWith(
    {
      domains: [
        {
          domid: 2,
          mode: "translated",
          ram: [{ gfn: "0x80000", count: "0x4000" }],
          regions: [],
          iommu: false,
        },
      ],
    },
    dma(RAM, RAM),
  ),
  beyondRepair: DEVICE_HAD_IT,
  watch(host) {
    const watch = new DeviceWatch(host);
    return {
      straight: {
        passes: { dmaPage: always },
        device: (domain, dev) => domain.directMapped || watch.isJudged(domain, dev),
      },
      dma: (page) => watch.page(page),
    };
  },
};

import type { Domain } from "./domain.ts";
import type { FrameKind } from "./frame-kind.ts";

/** One page of a DMA, against what the p2m holds. One object serves a whole replay. NaN: not known or not recorded. */
export interface DmaPage {
  domain: Domain;
  /** Frame that the guest names; NaN: not recorded. */
  gfn: number;
  /** Machine frame that the device gets; NaN: not recorded, or the bus address is no machine address. */
  busMfn: number;
  /** Grant ref that the bus address names (xen-grant-dma, bit 63 set); -1: it names none. */
  grantRef: number;
  /** Whether an IOMMU stands in front of the device; undefined: not known. */
  iommu: boolean | undefined;
  /** DmaDirection. */
  direction: number;
  /** String index of the device. */
  dev: number;
  /** Event of the DMA map. */
  event: number;
  /** Position of the page in its segment, and pages of that segment. */
  index: number;
  pages: number;
  /** What the gfn holds. */
  kind: FrameKind;
  /** Frame behind the gfn; NaN: not known. */
  mfn: number;
  /** True where the state is only assumed: a log that began late and never touched this gfn. */
  assumed: boolean;
  /** True for a cache_flush: `gfn` is not known, the address is a machine address. */
  flush: boolean;
  /** True for a cache_flush that Xen refused. */
  refused: boolean;
}

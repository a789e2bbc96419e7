import type { DmaPage } from "../../state/dma-page.ts";
import type { Rule, RuleHost } from "./rule.ts";

/** What a DMA-page rule says of one page. */
export const DmaVerdict = { kept: 0, broken: 1, open: 2 } as const;
export type DmaVerdict = (typeof DmaVerdict)[keyof typeof DmaVerdict];

/** A rule about one page of a DMA. Of those that a page breaks the first of `dmaRules` is reported. */
export interface DmaRule extends Rule {
  judge(page: DmaPage, host: RuleHost): DmaVerdict;
  /** Whether `judge` keeps every page that may take the straight path (`dmaPage` of StraightRule); absent: it must see them. */
  readonly keepsRight?: boolean;
  /** One sentence; the same for neighbouring pages of one segment, so without frame numbers. */
  describe(page: DmaPage, host: RuleHost): string;
  /** Event of the hypercall that made it wrong; 0: not in this log. */
  cause(page: DmaPage): number;
}

/** "a write by disk" / "a read by disk": which way the data goes, seen from the device. */
export function dmaName(page: DmaPage, host: RuleHost): string {
  const device = host.text(page.dev);
  const by = device === "" ? "a device" : device;
  if (page.flush) return "cache_flush";
  switch (page.direction) {
    case 1:
      return `DMA to ${by}`;
    case 2:
      return `DMA from ${by}`;
    default:
      return `DMA with ${by}`;
  }
}

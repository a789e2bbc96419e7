import { dmaToHole } from "./guest/dma-to-hole.ts";
import { dmaWithGfn } from "./guest/dma-with-gfn.ts";
import { dmaWrongFrame } from "./guest/dma-wrong-frame.ts";
import { foreignUsedForDma } from "./guest/foreign-used-for-dma.ts";
import { staleBusAddress } from "./guest/stale-bus-address.ts";
import type { DmaRule } from "./kinds/dma-rule.ts";

/** One DMA page, one error: the first of these that a page breaks is reported, the others are named beside it. */
export const dmaRules: readonly DmaRule[] = [
  dmaToHole,
  foreignUsedForDma,
  dmaWithGfn,
  staleBusAddress,
  dmaWrongFrame,
];

/** Explains a broken G16 or G17 (assuming that feature bit 17 speaks of all pages); never a finding of its own. */
export const EXPLANATION = "G37";
export const EXPLAINED: readonly string[] = ["G16", "G17"];

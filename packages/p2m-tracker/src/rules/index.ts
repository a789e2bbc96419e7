import { dmaToHole } from "./dma-to-hole.ts";
import { dmaWithGfn } from "./dma-with-gfn.ts";
import { dmaWrongFrame } from "./dma-wrong-frame.ts";
import { foreignUsedForDma } from "./foreign-used-for-dma.ts";
import type { Rule } from "./rule.ts";
import { staleBusAddress } from "./stale-bus-address.ts";

export type { Rule, RuleInput } from "./rule.ts";

/** The catalogue, in order of id. */
export const rules: readonly Rule[] = [
  foreignUsedForDma, // G16
  dmaWithGfn, // G17
  staleBusAddress, // G18
  dmaToHole, // G44
  dmaWrongFrame, // G45
];

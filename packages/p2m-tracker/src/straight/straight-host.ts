import type { DmaTable } from "../state/dma-table.ts";
import type { Domain } from "../state/domain.ts";
import type { Machine } from "../state/machine.ts";
import type { StraightGuards } from "./straight-guards.ts";

/** What the straight path shares with the replay that it is part of. */
export interface StraightHost {
  readonly machine: Machine;
  readonly guards: StraightGuards;
  /** Segments that devices may access now. */
  readonly table: DmaTable;
  /** By log: the domain of its events that name none. */
  readonly defaults: readonly number[];
  /** Whether a DMA of a device was right before, so that its addresses are known not to be off by a distance. */
  isPlain(domain: Domain, dev: number): boolean;
  /** Whether the specification says anything of a device, such as its IOMMU. */
  isListed(domain: Domain, dev: number): boolean;
  /** Whether somebody wants to be told of each gfn that changes. */
  readonly tellsChanges: boolean;
  /** Whether a call of that number may begin without another one having to be given up. */
  mayBegin(call: number): boolean;
  /** Writes the numbers of the calls under way; how many, -1 where there are more than fit in or no call may begin. */
  underWay(into: Float64Array): number;
}

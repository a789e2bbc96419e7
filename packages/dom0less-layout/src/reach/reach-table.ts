import { assignedNodes, type LayoutModel } from "../model/layout-model.ts";
import { type AddressRange, coveredBy, intersectAll, joined } from "../terms/address-range.ts";
import { dmaReach } from "./dma-reach.ts";
import { foreignMemory } from "./foreign-memory.ts";

type Reached = "yes" | "in part" | "no";

/** What one device of a domain reaches by DMA. */
interface ReachRow {
  readonly domain: string;
  /** Path of the host node. */
  readonly device: string;
  /** Empty: nothing restricts it. */
  readonly limits: readonly string[];
  /** The domain's own banks. */
  readonly own: readonly { readonly range: AddressRange; readonly reached: Reached }[];
  /** Memory that grants come from; "no" means: DMA to a granted page there fails. */
  readonly foreign: readonly {
    readonly who: string;
    readonly range: AddressRange;
    readonly reached: Reached;
  }[];
}

/** Which banks and which foreign frames each passed-through bus master can reach. */
export function reachTable(model: LayoutModel): ReachRow[] {
  return model.domains.flatMap((guest) => {
    return assignedNodes(guest).flatMap(({ host }) => {
      if (host === null) return [];
      const { master, limits, reachable } = dmaReach(host, model.masters);
      if (!master) return [];
      const judge = (range: AddressRange) => ({ range, reached: reachedBy(range, reachable) });
      const foreign = foreignMemory(model, guest).flatMap(({ who, ranges }) => {
        return joined(ranges).map((range) => ({ who, ...judge(range) }));
      });
      return [
        { domain: guest.config.name, device: host.node.path, limits, own: guest.ram.map(judge), foreign },
      ];
    });
  });
}

function reachedBy(range: AddressRange, reachable: readonly AddressRange[]): Reached {
  if (coveredBy(range, reachable)) return "yes";
  return intersectAll([range], reachable).length > 0 ? "in part" : "no";
}

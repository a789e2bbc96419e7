import { RANGES_MAX } from "../limits.ts";
import { FIRST_SPI } from "../terms/guest-map.ts";
import { cellOf, cellsOf, type DtNode } from "./device-tree.ts";

/** One interrupt of a node: its controller and the cells that describe it. */
interface Interrupt {
  readonly controller: DtNode | null;
  readonly cells: readonly number[];
}

/** Interrupts of a node, from `interrupts-extended` or `interrupts`. `phandles` is the tree's index. */
export function interruptsOf(node: DtNode, phandles: ReadonlyMap<number, DtNode>): Interrupt[] {
  const result: Interrupt[] = [];
  const extended = cellsOf(node, "interrupts-extended");
  for (let at = 0; at < extended.length && result.length < RANGES_MAX; ) {
    const controller = phandles.get(extended[at]) ?? null;
    const count = controller === null ? 0 : interruptCells(controller);
    if (count === 0) return result;
    result.push({ controller, cells: extended.slice(at + 1, at + 1 + count) });
    at += 1 + count;
  }
  if (extended.length > 0) return result;
  const cells = cellsOf(node, "interrupts");
  const controller = interruptParent(node, phandles);
  const count = controller === null ? 3 : interruptCells(controller);
  if (count === 0) return result;
  for (let at = 0; at + count <= cells.length && result.length < RANGES_MAX; at += count) {
    result.push({ controller, cells: cells.slice(at, at + count) });
  }
  return result;
}

/** The controller that `interrupt-parent` of the node or of a node above names. */
function interruptParent(node: DtNode, phandles: ReadonlyMap<number, DtNode>): DtNode | null {
  for (let at: DtNode | null = node; at !== null; at = at.parent) {
    const phandle = cellOf(at, "interrupt-parent");
    if (phandle !== null) return phandles.get(phandle) ?? null;
  }
  return null;
}

function interruptCells(controller: DtNode): number {
  // The /gic node of a partial tree often holds nothing but its phandle; a GIC has 3 cells.
  return Math.min(cellOf(controller, "#interrupt-cells") ?? 3, 8);
}

/** Interrupt number at the GIC (32 and up for an SPI, 16-31 for a PPI); null where the cells are no GIC's. */
export function gicNumber(cells: readonly number[]): number | null {
  if (cells.length < 3) return null;
  if (cells[0] === 0) return cells[1] + FIRST_SPI;
  return cells[0] === 1 ? cells[1] + 16 : null;
}

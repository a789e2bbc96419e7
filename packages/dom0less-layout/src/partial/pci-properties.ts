import { cells, type PlanProperty, referring } from "../emit/plan-node.ts";
import { bridgeInterrupts } from "../model/pci-bridge.ts";
import { cellsOf, type DtNode, phandleOf } from "../tree/device-tree.ts";
import type { CopyContext } from "./copy-context.ts";

/** `interrupt-map` of a bridge without the rows that Xen does not route. */
export function pciProperties(context: CopyContext, node: DtNode): PlanProperty[] {
  const { host, spis, gicPhandle, notes } = context;
  const { routed, unrouted, numbers } = bridgeInterrupts(node, host, spis);
  if (unrouted.length > 0) {
    const list = [...new Set(numbers)].join(", ");
    const text = `${node.path}: ${unrouted.length} rows of interrupt-map are left out${list === "" ? "" : ` (${list})`}: Xen routes no interrupt of the map to a domU`;
    notes.push({ text, counts: true });
  }
  if (routed.length === 0) return [];
  const rows: number[] = [];
  const places: number[] = [];
  for (const { match, parent, parentAddress, parentCells } of routed) {
    places.push(rows.length + match.length);
    // The controller that Xen makes has no unit address (#address-cells = <0>).
    if (parent === host.gic?.node) rows.push(...match, gicPhandle, ...parentCells);
    else rows.push(...match, phandleOf(parent) ?? 0, ...parentAddress, ...parentCells);
  }
  const mask = cellsOf(node, "interrupt-map-mask");
  return [
    referring("interrupt-map", rows, places),
    ...(mask.length === 0 ? [] : [cells("interrupt-map-mask", ...mask)]),
  ];
}

import { cells, type PlanProperty, referring, strings } from "../emit/plan-node.ts";
import { FIRST_SPI } from "../terms/emulated-hardware.ts";
import { type DtNode, phandleOf, stringsOf } from "../tree/device-tree.ts";
import { gicNumber, type Interrupt, interruptsOf } from "../tree/interrupts.ts";
import type { CopyContext } from "./copy-context.ts";
import { rawProperty } from "./raw-property.ts";

/** Cells of a GIC's specifier. */
const GIC_CELLS = 3;

/**
 * Interrupts of a copied node: those that Xen routes, written for the controller that it makes, and those of controllers
 * that are copied too. The names of what is left out leave as well. `assigned`: the copy has xen,path.
 */
export function copiedInterrupts(context: CopyContext, node: DtNode, assigned: boolean): PlanProperty[] {
  const all = interruptsOf(node, context.host.phandles);
  const kept = all.map((interrupt) => keptAs(context, interrupt, assigned));
  const lost = all.filter((_, i) => kept[i] === null);
  if (lost.length > 0) context.notes.push({ text: lostText(context, node, lost), counts: true });
  const left = kept.filter((cells) => cells !== null);
  if (left.length === 0) return [];
  const names = stringsOf(node, "interrupt-names").filter((_, i) => kept[i] != null);
  const named = names.length === 0 ? [] : [strings("interrupt-names", ...names)];
  if (left.every(([parent]) => parent === context.gicPhandle)) {
    const interrupts = cells("interrupts", ...left.flatMap(([, ...specifier]) => specifier));
    return [referring("interrupt-parent", [context.gicPhandle], [0]), interrupts, ...named];
  }
  if (left.every(([parent]) => parent === null)) return [rawProperty(node, "interrupts"), ...named];
  const rows: number[] = [];
  const places: number[] = [];
  for (const [parent, ...specifier] of left) {
    if (parent === null) continue;
    places.push(rows.length);
    rows.push(parent, ...specifier);
  }
  return [referring("interrupts-extended", rows, places), ...named];
}

/** Phandle and specifier in the guest; phandle null: as written, by a node above; null: the guest has no such interrupt. */
function keptAs(
  { host, inside, gicPhandle }: CopyContext,
  { controller, cells: specifier, parent, written }: Interrupt,
  assigned: boolean,
): [number | null, ...number[]] | null {
  if (inside.has(parent)) return [phandleOf(parent), ...written];
  const number = controller === host.gic?.node ? gicNumber(specifier) : null;
  if (!assigned || number === null || number < FIRST_SPI) return null;
  return [gicPhandle, ...specifier.slice(0, GIC_CELLS)];
}

function lostText({ host }: CopyContext, node: DtNode, lost: readonly Interrupt[]): string {
  const reasons = new Set(
    lost.map(({ controller, cells: specifier }) => {
      if (controller === null) return "their chain of parents and maps ends nowhere";
      if (controller !== host.gic?.node) return `their controller is ${controller.path}, not the GIC`;
      if ((gicNumber(specifier) ?? 0) < FIRST_SPI) return "they belong to one CPU, and Xen routes only SPIs";
      return "the node has no registers that Xen could assign, so Xen does not look at it";
    }),
  );
  const how = lost.length === 1 ? "1 interrupt is" : `${lost.length} interrupts are`;
  return `${node.path}: ${how} left out: ${[...reasons].join("; ")}`;
}

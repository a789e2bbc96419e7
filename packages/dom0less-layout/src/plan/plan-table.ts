import { assignedNodes } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { hexAddress, sizeText } from "../terms/address-range.ts";
import type { Plan } from "./plan.ts";

/** Banks, devices and shared windows of a plan as a table: one line each, as in "linux  bank 0  0xa0000000  256M". */
export function planTable(plan: Plan): string {
  const rows: string[][] = [["domain", "what", "address", "size"]];
  for (const guest of plan.check.model.domains) {
    if (!plan.domains.some(({ wanted }) => wanted.name === guest.config.name)) continue;
    const { name } = guest.config;
    guest.ram.forEach(({ start, size }, i) => {
      rows.push([name, `bank ${i}`, hexAddress(start), sizeText(size)]);
    });
    for (const { xenPath, node, xenReg } of assignedNodes(guest)) {
      for (const { start, size } of xenReg.map(guestRange)) {
        rows.push([name, xenPath ?? node.path, hexAddress(start), sizeText(size)]);
      }
    }
    for (const { id, guest: start, size } of guest.sharedMemory) {
      rows.push([name, `shared memory ${id}`, hexAddress(start), sizeText(size)]);
    }
  }
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  return `${rows
    .map((row) =>
      row
        .map((text, at) => text.padEnd(widths[at]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")}\n`;
}

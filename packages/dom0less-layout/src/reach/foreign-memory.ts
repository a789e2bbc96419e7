import type { GuestDomain, LayoutModel } from "../model/layout-model.ts";
import { type AddressRange, subtract } from "../terms/address-range.ts";

/** Memory that grants can come from: other static banks, and host RAM that Xen hands out. */
export function foreignMemory(
  model: LayoutModel,
  guest: GuestDomain,
): { who: string; ranges: readonly AddressRange[] }[] {
  const others = model.domains.filter((other) => other !== guest);
  const banks = others
    .filter((other) => other.config.banks.length > 0)
    .map((other) => ({ who: other.config.name, ranges: other.config.banks }));
  const heap = subtract(model.host.ram, [
    ...model.domains.flatMap((domain) => domain.config.banks),
    ...model.host.reserved.filter(({ kind }) => kind !== "user" && kind !== "spin-table"),
  ]);
  if (heap.length === 0) return banks;
  return [...banks, { who: "Dom0 and domains in Xen's heap", ranges: heap }];
}

import { assignedNodes, type LayoutModel } from "../model/layout-model.ts";
import { guestRange, hostRange } from "../model/passthrough.ts";
import type { AddressRange } from "../terms/address-range.ts";

/** Guest addresses and what stands behind them: a bank of RAM, or a device's registers. */
export interface AddressLink {
  readonly domain: string;
  /** "RAM bank 0", the path of a device's node. */
  readonly text: string;
  readonly guest: AddressRange;
  /** Null: the host address is not said (RAM that Xen chooses). */
  readonly host: AddressRange | null;
}

/** What lies behind the addresses of each domain, in their order in the trees. */
export function addressLinks(model: LayoutModel): AddressLink[] {
  return model.domains.flatMap((guest) => {
    const domain = guest.config.name;
    const banks = guest.ram.map((range, i): AddressLink => {
      const host = guest.directMap ? range : (guest.config.banks[i] ?? null);
      return { domain, text: `RAM bank ${i}`, guest: range, host };
    });
    const devices = assignedNodes(guest).flatMap(({ node, xenReg }) =>
      xenReg.map((row): AddressLink => {
        return { domain, text: node.path, guest: guestRange(row), host: hostRange(row) };
      }),
    );
    return [...banks, ...devices];
  });
}

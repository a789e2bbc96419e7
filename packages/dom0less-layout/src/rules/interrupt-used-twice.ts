import { assignedNodes, type LayoutModel } from "../model/layout-model.ts";
import { partialTreeOutcome } from "../terms/first-releases.ts";
import type { DtNode } from "../tree/device-tree.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Who takes an interrupt. */
interface User {
  readonly who: string;
  readonly domid: number;
  readonly node: DtNode;
  /** The vpl011's interrupt is made by Xen, not routed. */
  readonly emulated: boolean;
}

/** An SPI has one taker. */
export const interruptUsedTwice: LayoutRule = {
  id: "L19",
  name: "interrupt-used-twice",
  severity: "error",
  outcome: "panic",
  what: "No SPI is taken by two domains, by Xen and a domain, or by a device and the emulated UART of the same domain.",
  why: "Xen routes a physical interrupt to one place; the emulated UART takes SPI 32 of the guest, or the host UART's number where the domain is direct-mapped.",
  consequence:
    "\"IRQ n is already used by ...\" and a panic (4.17 and older go on without the interrupt); a device that shares the emulated UART's number gets that UART's interrupts.",
  fix: "Give devices with a common interrupt to one domain, leave Xen's UART to Xen, or drop vpl011.",
  source:
    "arch/arm/irq.c:route_irq_to_guest@4.16..master; arch/arm/vpl011.c:domain_vpl011_init@4.17..master; docs/misc/arm/device-tree/booting.txt@master",
  passing: passthroughExample({}, { extra: "vpl011;" }),
  failing: passthroughExample({ interrupts: "0 5 4" }, {}, { mmcInterrupts: "0 5 4" }),
  check(model, host) {
    const taken = new Map<number, User>();
    const uart = model.host.uart;
    if (uart?.spi != null) {
      taken.set(uart.spi, { who: "Xen (its UART)", domid: -1, node: uart.node, emulated: false });
    }
    for (const { spi, user } of usersOf(model)) {
      const other = taken.get(spi);
      if (other === undefined) {
        taken.set(spi, user);
        continue;
      }
      if (other.domid === user.domid && !other.emulated && !user.emulated) continue;
      // A direct-mapped domain's emulated UART has the host UART's number without routing it.
      if (user.emulated && other.domid === -1) continue;
      if (user.domid !== other.domid && (user.emulated || other.emulated)) continue;
      const message = `${user.who} takes interrupt ${spi} (SPI ${spi - 32}), which ${other.who} has`;
      const outcome = user.emulated || other.emulated ? "silent" : partialTreeOutcome(model.release);
      const domain = model.domains.find((guest) => guest.domid === user.domid);
      const notes = [{ message: `taken first by ${other.who}`, node: other.node }];
      host.report({ ...(domain && { domain }), node: user.node, message, outcome, notes });
    }
  },
};

function* usersOf(model: LayoutModel): Generator<{ spi: number; user: User }> {
  for (const guest of model.domains) {
    const { name, node } = guest.config;
    if (guest.uartSpi !== null) {
      const user = { who: `${name} (vpl011)`, domid: guest.domid, node, emulated: true };
      yield { spi: guest.uartSpi, user };
    }
    for (const device of assignedNodes(guest)) {
      for (const spi of new Set(device.host?.spis ?? [])) {
        if (spi < 32) continue;
        const who = `${name} (${device.node.path})`;
        yield { spi, user: { who, domid: guest.domid, node: device.node, emulated: false } };
      }
    }
  }
}

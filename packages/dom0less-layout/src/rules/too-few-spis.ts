import { assignedNodes } from "../model/layout-model.ts";
import { FIRST_SPI } from "../terms/emulated-hardware.ts";
import { partialTreeOutcome } from "../terms/first-releases.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Xen counts SPIs by registers of 32 (arch/arm/vgic.c:domain_vgic_init). */
const SPI_BANK = 32;

/** nr_spis bounds the interrupts of a domain. */
export const tooFewSpis: LayoutRule = {
  id: "L43",
  name: "too-few-spis",
  severity: "error",
  outcome: "panic",
  what: "nr_spis of a domain, where it is given, rounded up to a multiple of 32, covers the SPIs of its devices and of its emulated UART.",
  why: "Interrupts keep their numbers, so a single device with a high SPI needs a large nr_spis.",
  consequence:
    'Xen says "invalid vIRQ number n for domain" and panics ("Failed to assign device"); for vpl011 the domain is not made either.',
  fix: "Leave nr_spis out (Xen takes the host's number), or set it to the highest SPI plus one.",
  source:
    "arch/arm/vgic.c:domain_vgic_init@4.16..master; arch/arm/irq.c:route_irq_to_guest@4.16..master; arch/arm/vpl011.c:domain_vpl011_init@4.17..master; arch/arm/dom0less-build.c:arch_parse_dom0less_node@4.21..master",
  passing: passthroughExample(
    { interrupts: "0 40 4" },
    { extra: "nr_spis = <41>;" },
    { mmcInterrupts: "0 40 4" },
  ),
  failing: passthroughExample(
    { interrupts: "0 40 4" },
    { extra: "nr_spis = <32>;" },
    { mmcInterrupts: "0 40 4" },
  ),
  check(model, host) {
    for (const guest of model.domains) {
      const { nrSpis, name, node } = guest.config;
      if (nrSpis === null) continue;
      const end = FIRST_SPI + Math.ceil(nrSpis / SPI_BANK) * SPI_BANK;
      const users = assignedNodes(guest).flatMap((device) => {
        return (device.host?.spis ?? []).map((spi) => ({ spi, who: device.node.path }));
      });
      if (guest.uartSpi !== null) users.push({ spi: guest.uartSpi, who: "vpl011" });
      for (const { spi, who } of users.filter(({ spi }) => spi >= end)) {
        const message = `${name}: ${who} uses SPI ${spi - FIRST_SPI}, and nr_spis is ${nrSpis}`;
        host.report({
          domain: guest,
          node,
          property: "nr_spis",
          message,
          outcome: partialTreeOutcome(model.release),
        });
      }
    }
  },
};

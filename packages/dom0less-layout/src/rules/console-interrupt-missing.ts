import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Xen asks its UART for an interrupt whenever a domain is 1:1. */
export const consoleInterruptMissing: LayoutRule = {
  id: "L38",
  name: "console-interrupt-missing",
  severity: "error",
  outcome: "panic",
  what: "Where a direct-mapped domain has no nr_spis, Xen's console is a UART of the host tree with an interrupt.",
  why: "To count the SPIs of such a domain Xen asks its UART for the interrupt number, with or without vpl011.",
  consequence: 'Xen panics with "Error getting IRQ number for this serial port".',
  fix: "Name the UART in stdout-path or with dtuart=, or give the domain nr_spis.",
  source:
    "arch/arm/domain_build.c:create_domUs@4.17,@4.18; arch/arm/dom0less-build.c:create_domUs@4.19, arch_create_domUs@4.20; arch/arm/dom0less-build.c:arch_parse_dom0less_node@4.21..master",
  passing: example(domain()),
  failing: example(domain(), { bootargs: "dtuart=/soc/no-such-uart" }),
  check(model, host) {
    const { uart } = model.host;
    for (const guest of model.domains) {
      if (!guest.directMap || guest.config.nrSpis !== null || uart?.spi != null) continue;
      const reason =
        uart === null
          ? "the host tree names no UART for Xen"
          : `${uart.node.path} has no interrupt at the GIC`;
      const message = `${guest.config.name} is direct-mapped without nr_spis, and ${reason}`;
      // ACPI tables and boot arguments of the loader may still name one.
      const certain = uart !== null || model.host.arguments.has("dtuart");
      host.report({
        domain: guest,
        node: guest.config.node,
        message,
        certain,
        severity: certain ? "error" : "warning",
      });
    }
  },
};

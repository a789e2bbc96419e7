import { assignedNodes } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { overlaps, rangeText, sizeText } from "../terms/address-range.ts";
import { UART_SIZE } from "../terms/emulated-hardware.ts";
import { since } from "../terms/first-releases.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** The emulated UART of a 1:1 domain sits on Xen's own. */
export const emulatedUart: LayoutRule = {
  id: "L23",
  name: "emulated-uart",
  severity: "error",
  outcome: "panic",
  what: "A direct-mapped domain with vpl011 finds a UART of Xen in the host tree, at least 4 KiB long and with an interrupt, and is not given that UART itself.",
  why: "Xen emulates the UART at the host UART's address and with its interrupt number, where the guest expects nothing else.",
  consequence:
    'Xen says "vpl011: Can\'t re-use the Xen UART MMIO region as it is too small" or "Unable to re-use the Xen UART information" and panics; 4.17 goes on without a console. With the real UART mapped there, the emulation is never reached.',
  fix: "Set stdout-path (or dtuart=) to a UART of 4 KiB or more; else leave vpl011 out.",
  source:
    "arch/arm/vpl011.c:domain_vpl011_init@4.17..master; arch/arm/domain_build.c:construct_domU@4.17 (result not looked at), @4.18",
  passing: example(domain({ extra: "vpl011;" })),
  failing: example(domain({ extra: "vpl011;" }), { uartSize: "0x100" }),
  check(model, host) {
    for (const guest of model.domains) {
      const { config } = guest;
      if (!config.vpl011 || !guest.directMap) continue;
      const outcome = model.release >= since.vpl011Checked ? "panic" : "silent";
      const { uart } = model.host;
      const place = { domain: guest, node: config.node, property: "vpl011" };
      if (uart === null || uart.registers === null || uart.spi === null) {
        const message = `${config.name}: vpl011 of a direct-mapped domain needs the UART of Xen, and the host tree names none with registers and an interrupt`;
        host.report({ ...place, message, outcome });
        continue;
      }
      if (uart.registers.size < UART_SIZE) {
        const message = `${config.name}: vpl011 needs 4K at ${uart.node.path}, which has ${sizeText(uart.registers.size)}`;
        host.report({ ...place, message, outcome, notes: [{ message: "Xen's UART", node: uart.node }] });
      }
      const window = { start: uart.registers.start, size: UART_SIZE };
      for (const device of assignedNodes(guest)) {
        if (!device.xenReg.some((row) => overlaps(guestRange(row), window))) continue;
        const message = `${config.name}: ${device.node.path} is mapped over the emulated UART (${rangeText(window)})`;
        host.report({ domain: guest, node: device.node, property: "xen,reg", message, outcome: "silent" });
      }
    }
  },
};

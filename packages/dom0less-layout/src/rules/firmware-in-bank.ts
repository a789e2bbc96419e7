import { overlaps, pagesOf, rangeText } from "../terms/address-range.ts";
import { type DtNode, isCompatible, isEnabled, walk } from "../tree/device-tree.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Names of secure firmware that keeps memory of its own. */
const SECURE = ["linaro,optee-tz"];

/** Firmware keeps memory that the tree may not mention. */
export const firmwareInBank: LayoutRule = {
  id: "L25",
  name: "firmware-in-bank",
  severity: "error",
  outcome: "silent",
  what: "No bank holds memory of firmware: spin tables, secure monitors, relocated boot loaders.",
  why: "Only /memreserve/ and /reserved-memory are known to Xen; the rest of the RAM is given away.",
  consequence: "Secure memory faults at the first access; a CPU parked in a spin table never starts.",
  fix: "Reserve the range in the host tree (/reserved-memory, no-map), or move the bank. Name it with --firmware START+SIZE=NAME so that it is checked.",
  source:
    "common/device-tree/bootinfo-fdt.c:boot_fdt_info,process_reserved_memory@4.21..master (arch/arm/bootfdt.c@4.16..4.19)",
  passing: example(domain(), {}, { firmware: "0xbe000000+16M=U-Boot" }),
  failing: example(domain(), {}, { firmware: "0xa8000000+16M=U-Boot" }),
  check(model, host) {
    const hidden = model.host.reserved.filter(({ kind }) => kind === "user" || kind === "spin-table");
    const kept = model.host.reserved.filter(
      ({ kind }) => kind === "memreserve" || kind === "reserved-memory",
    );
    for (const guest of model.domains) {
      const { node, name } = guest.config;
      const place = { domain: guest, node, property: "xen,static-mem" };
      for (const bank of guest.config.banks) {
        for (const range of hidden.filter((range) => overlaps(bank, pagesOf(range)))) {
          // A spin table that is also reserved is L06's finding.
          if (range.kind === "spin-table" && kept.some((other) => overlaps(other, range))) continue;
          const message = `${name}: bank ${rangeText(bank)} holds ${range.name} (${rangeText(range)})`;
          const notes = range.node === null ? [] : [{ message: "named here", node: range.node }];
          host.report({ ...place, message, range, notes });
        }
      }
      const secure = unreservedFirmware(model.host.tree.root);
      if (secure !== null && kept.length === 0 && guest.config.banks.length > 0) {
        const message = `${name}: ${secure.path} tells of secure firmware, but the tree reserves no memory for it`;
        const notes = [{ message: "secure firmware", node: secure }];
        host.report({ ...place, message, severity: "warning", certain: false, notes });
      }
    }
  },
};

function unreservedFirmware(root: DtNode): DtNode | null {
  for (const node of walk(root)) if (isCompatible(node, ...SECURE) && isEnabled(node)) return node;
  return null;
}

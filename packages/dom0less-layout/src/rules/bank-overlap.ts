import { type LayoutModel, moduleRanges } from "../model/layout-model.ts";
import { type AddressRange, overlaps, rangeText } from "../terms/address-range.ts";
import { since } from "../terms/first-releases.ts";
import type { DtNode } from "../tree/device-tree.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Something that a bank must keep clear of. */
interface Claim {
  readonly what: string;
  readonly range: AddressRange;
  readonly node: DtNode | null;
}

/** Memory has one owner. */
export const bankOverlap: LayoutRule = {
  id: "L06",
  name: "bank-overlap",
  severity: "error",
  outcome: "panic",
  what: "No bank shares memory with another bank, reserved memory, static shared memory or a boot module.",
  why: "The loader has put kernel, initrd and trees there, and firmware keeps its own; a guest's bank is cleared and written.",
  consequence:
    'From 4.18 on Xen says "Region: ... overlapping with ..." and panics ("Early FDT parsing failed"), or drops the module and finds no kernel ("Missing kernel boot module?"; without any other kernel it then tries to build Dom0). 4.17 says nothing: images are overwritten while they are copied, for example "RAMDISK: Couldn\'t find valid RAM disk image".',
  fix: "Load the module outside of every bank, or move the bank.",
  source:
    "arch/arm/setup.c:check_reserved_regions_overlap@4.18,@4.19 (6f7d56ccd3, 4f6a291582); common/device-tree/bootinfo.c:check_reserved_regions_overlap@4.20..master; no check in 4.17",
  passing: example(domain()),
  failing: example(domain({ kernel: "0x0 0xa4000000 0x0 0x1000000" })),
  check(model, host) {
    const outcome = model.release >= since.overlapCheck ? "panic" : "silent";
    const claims = otherClaims(model);
    for (const guest of model.domains) {
      guest.config.banks.forEach((bank, i) => {
        const banks = bankClaims(model).filter((claim) => claim.what !== bankName(guest.config.name, i));
        const mine = banks.findIndex((claim) => claim.range === bank);
        for (const claim of [...claims, ...banks.filter((_, at) => at > mine || mine < 0)]) {
          if (!overlaps(bank, claim.range) || isEarlier(model, claim, guest.domid, i)) continue;
          const message = `${guest.config.name}: bank ${i} (${rangeText(bank)}) overlaps ${claim.what} (${rangeText(claim.range)})`;
          const notes = claim.node === null ? [] : [{ message: `${claim.what} is here`, node: claim.node }];
          const place = { domain: guest, node: guest.config.node, property: "xen,static-mem", range: bank };
          host.report({ ...place, message, outcome, notes });
        }
      });
    }
  },
};

function bankName(domain: string, index: number): string {
  return `bank ${index} of ${domain}`;
}

function bankClaims(model: LayoutModel): Claim[] {
  return model.domains.flatMap(({ config }) => {
    return config.banks.map((range, i) => ({ what: bankName(config.name, i), range, node: config.node }));
  });
}

/** Two banks that overlap are reported once, at the first. */
function isEarlier(model: LayoutModel, claim: Claim, domid: number, index: number): boolean {
  return model.domains.some(({ config }) => {
    return config.banks.some((_, i) => {
      const before = config.domid < domid || (config.domid === domid && i < index);
      return before && claim.what === bankName(config.name, i);
    });
  });
}

function otherClaims(model: LayoutModel): Claim[] {
  const reserved = model.host.reserved
    .filter((range) => range.kind !== "user" && range.kind !== "spin-table")
    .map((range) => ({ what: range.name, range, node: range.node }));
  const modules = moduleRanges(model).map(({ module, memory }) => {
    return { what: `the ${module.kind} module ${module.node.path}`, range: memory, node: module.node };
  });
  const shared = model.domains
    .flatMap((guest) => guest.sharedMemory)
    .map((shared) => {
      const range = { start: shared.host, size: shared.size };
      return { what: `shared memory ${shared.node.path}`, range, node: shared.node };
    });
  return [...reserved, ...modules, ...shared];
}

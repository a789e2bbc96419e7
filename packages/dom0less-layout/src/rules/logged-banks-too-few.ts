import { loggedBanks } from "../model/given-boot-log.ts";
import { sizeText, totalSize } from "../terms/address-range.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const log = (second: string) => `(XEN) Allocating 1:1 mappings totalling 512MB for dom0:
(XEN) BANK[0] 0x00000090000000-0x000000a0000000 (256MB)
(XEN) BANK[1] 0x000000b0000000-${second}
`;

/** The log shows what Xen really gave. */
export const loggedBanksTooFew: LayoutRule = {
  id: "L36",
  name: "logged-banks-too-few",
  severity: "error",
  outcome: "silent",
  needsTree: false,
  what: "The BANK[] lines of a domain in the boot log add up to the total that Xen set out to allocate.",
  why: "A 1:1 bank can only be made where that very RAM is free; before 4.13 Xen went on with less.",
  consequence:
    "The domain runs with less memory than asked, some of it where its devices cannot reach; the warning is easily missed.",
  fix: "Ask for less memory (dom0_mem), free host RAM, or use Xen 4.13 or later, which panics instead.",
  source: "arch/arm/domain_build.c:allocate_memory_11@4.12, @4.13..master (6341a67457)",
  passing: { ...example(domain()), bootLog: log("0x000000c0000000 (256MB)") },
  failing: { ...example(domain()), bootLog: log("0x000000b8000000 (128MB)") },
  check(model, host) {
    for (const domain of model.input.bootLog?.log.facts.domains.values() ?? []) {
      const wanted = domain.wanted === null ? null : BigInt(domain.wanted);
      const banks = loggedBanks(domain);
      const sum = totalSize(banks);
      if (wanted === null || banks.length === 0 || sum >= wanted) continue;
      const message = `domain ${domain.domid} was to get ${sizeText(wanted)}, and its banks add up to ${sizeText(sum)}`;
      host.report({ message, logLine: domain.memoryLine });
    }
  },
};

import { placed } from "../model/layout-model.ts";
import { placedParts } from "../model/placement.ts";
import { rangeText } from "../terms/address-range.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Where the images land when the usual place is not free. */
export const imagePlacement: LayoutRule = {
  id: "L09",
  name: "image-placement",
  severity: "info",
  outcome: "advice",
  what: "DTB and initrd fit at 128 MiB above the start of the first bank.",
  why: "Xen tries 128 MiB first, then the bank's top, then the space below the kernel.",
  consequence: "The images lie elsewhere than in most examples; nothing breaks by that alone.",
  fix: "Make the first bank larger than 128 MiB plus DTB and initrd if a boot script relies on the usual place.",
  source: "arch/arm/kernel.c:place_modules@4.16..4.21, find_dtb_initrd_placement@4.22,@master",
  passing: example(domain()),
  failing: example(domain({ memory: "0x0 0x8000", banks: "0x0 0xa0000000 0x0 0x2000000" })),
  check(model, host) {
    for (const guest of model.domains) {
      const placement = placed(guest);
      if (placement === null || placement.choice === "128M") continue;
      const parts = placedParts(placement).map(({ name, range }) => `${name} at ${rangeText(range)}`);
      const message = `${guest.config.name}: Xen will use the place "${placement.choice}": ${parts.join(", ")}`;
      host.report({ domain: guest, node: guest.config.node, message, range: placement.dtb });
    }
  },
};

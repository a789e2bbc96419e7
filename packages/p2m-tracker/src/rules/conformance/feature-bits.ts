import { since, XENFEAT_DIRECT_MAPPED, XENFEAT_NOT_DIRECT_MAPPED } from "@xgt/hypercall-abi";
import { conformanceRule } from "../kinds/conformance-rule.ts";
import { decrease, exampleLogWith, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

/** What is wrong with the two bits; undefined: nothing. `late`: 4.16 or later. */
function fault(features: readonly number[], late: boolean): string | undefined {
  const mapped = features.includes(XENFEAT_DIRECT_MAPPED);
  const notMapped = features.includes(XENFEAT_NOT_DIRECT_MAPPED);
  if (!late) {
    if (!mapped && !notMapped) return undefined;
    return `bit ${mapped ? XENFEAT_DIRECT_MAPPED : XENFEAT_NOT_DIRECT_MAPPED} is set, which a Xen before 4.16 does not know`;
  }
  if (mapped !== notMapped) return undefined;
  return `bits 16 and 17 are ${mapped ? "both set" : "both clear"}: from 4.16 on exactly one is set`;
}

export const featureBits: Rule = {
  ...conformanceRule({
    id: "H24",
    name: "feature-bits",
    what: "Of the feature bits 16 (not direct-mapped) and 17 (direct-mapped) exactly one is set from 4.16 on, and neither before.",
    source: "common/kernel.c:do_xen_version@4.16 (XENVER_get_features; d66bf122c0)",
    needs: ["features", "xen-version"],
    passing: exampleLogWith({ features: [11, 17] }, decrease([RAM])),
    failing: exampleLogWith({ features: [11] }, decrease([RAM])),
  }),
  watch(host) {
    return {
      end() {
        const late = since(host.machine.xen, "4.16");
        if (host.features === undefined || late === null) return;
        const wrong = fault(host.features, late);
        if (wrong !== undefined) host.report(featureBits, { message: `The header's features: ${wrong}` });
      },
    };
  },
};

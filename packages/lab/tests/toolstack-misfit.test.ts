import { describe, expect, it } from "vitest";
import { labReleases } from "../src/host/releases.ts";
import { scenarioOf } from "../src/scenarios/scenario.ts";
import { toolstackMisfit } from "../src/scenarios/toolstack-misfit.ts";

const [release] = labReleases;
const withToolstack = scenarioOf("t", "# title: t\n# expect: clean\n# needs: toolstack\n");
const plain = scenarioOf("p", "# title: p\n# expect: clean\n");
const consoleOf = (xen: string) => `(XEN) Xen version ${xen} (root@) (gcc 12) debug=n\n`;

describe("a scenario that failed is not run where", () => {
  it("its toolstack is of another release than Xen", () => {
    expect(toolstackMisfit(release, withToolstack, consoleOf("4.21.1"))).toBe(
      "Debian's toolstack is that of Xen 4.17, and Xen 4.21 takes control calls of its own release only",
    );
  });

  it("but not where the releases are the same, or it needs no toolstack, or Xen did not say", () => {
    expect(toolstackMisfit(release, withToolstack, consoleOf("4.17.7"))).toBe("");
    expect(toolstackMisfit(release, plain, consoleOf("4.21.1"))).toBe("");
    expect(toolstackMisfit(release, withToolstack, "nothing")).toBe("");
  });
});

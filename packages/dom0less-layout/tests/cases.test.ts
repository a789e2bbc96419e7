import { parseRelease } from "@xgt/hypercall-abi";
import { describe, expect, test } from "vitest";
import { applyOverlay, checkLayout, moduleFile, writeDtb } from "../src/index.ts";
import { readDts } from "../src/tree/read-dts.ts";
import { caseInput, caseTree, verdicts } from "./cases.ts";

describe("a bus that sends its interrupts through an interrupt-map", () => {
  const modules = (part: string) => ({ "/chosen/domU1/module@86000000": part });

  test("is quiet where the partial tree has the GIC's numbers", () => {
    expect(verdicts("nexus-host.dts", { modules: modules("nexus-part.dts") })).toEqual([]);
  });

  test("names the right numbers where the partial tree has wrong ones", () => {
    const { findings } = checkLayout(caseInput("nexus-host.dts", { modules: modules("nexus-part-bad.dts") }));
    const [found] = findings.filter(({ severity }) => severity === "error");
    expect(found.rule).toBe("L18");
    expect(found.message).toContain("uses interrupt 43, 44; Xen routes 41, 42");
  });
});

describe("the Raspberry Pi 5", () => {
  const modules = { "/chosen/domD/module@e000000": "pi5-part.dts" };

  test("has no error, only grants out of a device's reach", () => {
    expect(new Set(verdicts("pi5-host.dts", { modules }))).toEqual(new Set(["warning L39"]));
  });

  test("gives a domain that shares Xen's UART an error", () => {
    expect(verdicts("pi5-host-uart.dts", { modules })).toContain("error L23");
  });
});

test.each(["ci-shm.dtso", "ci-static-mem.dtso"])(
  "%s, a configuration of Xen's own tests, is quiet",
  (overlay) => {
    expect(verdicts("virt2.dts", { overlay })).toEqual([]);
  },
);

test("a user's partial tree that refers to the host's nodes is told", () => {
  const host = caseTree("nexus-host.dts");
  const part = caseTree("nexus-part.dts");
  applyOverlay(
    part,
    readDts("/dts-v1/; / { passthrough { mmc@1c050000 { clocks = <0x33 1>; }; }; };", "add").tree,
  );
  const modules = new Map([["/chosen/domU1/module@86000000", moduleFile("part.dtb", writeDtb(part), part)]]);
  const { findings } = checkLayout({ host, modules, release: parseRelease("4.22") });
  expect(
    findings.filter(({ severity }) => severity === "error").map(({ rule, message }) => `${rule} ${message}`),
  ).toEqual([expect.stringMatching(/^L46 .*clocks of .*mmc@1c050000 refers to 0x33/)]);
});

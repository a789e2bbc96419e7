import { readFileSync } from "node:fs";
import { parseRelease } from "@xgt/hypercall-abi";
import { describe, expect, test } from "vitest";
import {
  applyOverlay,
  checkLayout,
  givenBootLog,
  layoutModel,
  logOnlyInput,
  moduleFile,
  writeDtb,
} from "../src/index.ts";
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

/** "error L36" of what a boot log tells, with a tree or alone. */
function logVerdicts(log: string, host: string | null, xen?: string): string[] {
  const bytes = readFileSync(new URL(`cases/${log}`, import.meta.url));
  const bootLog = givenBootLog(bytes, log);
  const release = xen === undefined ? (bootLog.log.facts.release ?? 0) : parseRelease(xen);
  const input =
    host === null
      ? logOnlyInput(bootLog, release)
      : { host: caseTree(host), modules: new Map(), release, bootLog };
  return checkLayout(input)
    .findings.filter(({ severity }) => severity !== "info")
    .map(({ severity, rule }) => `${severity} ${rule}`);
}

describe("a boot log", () => {
  test.each(["short.log", "short-ts.log"])("%s: Dom0 got less than asked", (log) => {
    expect(logVerdicts(log, "virt2.dts")).toContain("error L36");
    expect(logVerdicts(log, null)).toEqual(["error L36"]);
  });

  test("names the release that counts", () => {
    const bytes = readFileSync(new URL("cases/short413.log", import.meta.url));
    expect(givenBootLog(bytes, "short413.log").log.facts.release).toBe(parseRelease("4.13"));
    expect(logVerdicts("short413.log", null)).toEqual(["error L36"]);
  });

  test.each(["boot-plain.log", "boot-stamped.log"])("%s: the same with and without stamps", (log) => {
    const found = logVerdicts(log, "house-rpi4.dts", "4.22").filter((verdict) => verdict.includes("L36"));
    expect(found).toEqual(["error L36", "error L36"]);
  });

  test("with Dom0's memory above what a bus reaches is an error, below it is quiet", () => {
    expect(logVerdicts("30-rpi-boot.log", "30-rpi.dts", "4.13")).toEqual(["error L24"]);
    expect(logVerdicts("30-rpi-boot-fixed.log", "30-rpi.dts", "4.13")).toEqual([]);
  });
});

describe("boot modules", () => {
  test.each(["flat-ov.dtso", "nested-ov.dtso"])(
    "%s: one that a bank covers is found at any depth",
    (overlay) => {
      expect(verdicts("virt2.dts", { overlay })).toEqual(["error L06"]);
    },
  );

  test("that UEFI loads need no reg", () => {
    expect(verdicts("virt2.dts", { overlay: "uefi.dtso" })).toEqual([]);
  });

  test("without a header that Xen knows are no kernels", () => {
    const raw = new Uint8Array(200_000).map((_, i) => (i * 167 + 117) & 0xff);
    const modules = { "/chosen/domU1/module@45000000": raw };
    expect(verdicts("virt2.dts", { overlay: "hdr.dtso", modules })).toEqual(["error L47"]);
  });
});

test("shared memory whose sizes differ makes Xen panic", () => {
  const { findings } = checkLayout(caseInput("virt2.dts", { overlay: "shm-size.dtso" }));
  const errors = findings.filter(({ severity }) => severity === "error");
  expect(errors.map(({ rule, message }) => `${rule} ${message}`)).toEqual([
    expect.stringMatching(/^L48 .*0x10000000 bytes here and 0x8000000 in domU2 \(Xen panics at boot\)/),
  ]);
});

test("Xen's own ZynqMP test has at most warnings", () => {
  const modules = { "/chosen/domU0/module0x7e00000": "zc-part.dts" };
  expect(new Set(verdicts("zc-host.dts", { modules, xen: "4.20" }))).toEqual(new Set(["warning L31"]));
});

test("Xen's own SCMI example has at most information", () => {
  const modules = { "/chosen/domD/module@7e000000": "scmi-part.dts" };
  expect(verdicts("scmi-host.dts", { modules })).toEqual([]);
});

test("domains of an overlay get the ids that Xen gives after fdtoverlay", () => {
  const { domains } = layoutModel(caseInput("virt2.dts", { overlay: "domid-order.dtso" }));
  expect(domains.map(({ config, domid }) => `${config.name} d${domid}`)).toEqual(["domU2 d1", "domU1 d2"]);
});

describe("examples of Xen's own documents, rewritten", () => {
  const kernel = (at: string) =>
    `kernel@${at} { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x${at} 0 0x1800000>; };`;
  const cells = "#address-cells = <2>; #size-cells = <2>;";
  const documents: Readonly<Record<string, string>> = {
    "dom0less: two domains": `
      domU1 { compatible = "xen,domain"; ${cells} memory = <0 0x20000>; cpus = <1>; vpl011; ${kernel("4a000000")}
        ramdisk@4c000000 { compatible = "multiboot,ramdisk", "multiboot,module"; reg = <0 0x4c000000 0 0x100000>; }; };
      domU2 { compatible = "xen,domain"; ${cells} memory = <0 0x20000>; cpus = <1>; vpl011; ${kernel("4d000000")} };`,
    "dom0less: static allocation": `
      domU1 { compatible = "xen,domain"; ${cells} memory = <0 0x80000>; cpus = <2>; xen,static-mem = <0 0x80000000 0 0x20000000>; ${kernel("4a000000")} };`,
    "passthrough-noiommu: direct map": `
      domU1 { compatible = "xen,domain"; ${cells} memory = <0 0x80000>; cpus = <2>; direct-map; xen,static-mem = <0 0x80000000 0 0x20000000>; ${kernel("4a000000")} };`,
    "cache colouring: colours of a domain": `
      xen,xen-bootargs = "console=dtuart dom0_mem=512M llc-coloring=on";
      domU1 { compatible = "xen,domain"; ${cells} memory = <0 0x40000>; cpus = <1>; llc-colors = "4-8,10,11,12"; ${kernel("4a000000")} };`,
    "static shared memory: owner and borrower": `
      domU1 { compatible = "xen,domain"; ${cells} memory = <0 0x80000>; cpus = <1>; direct-map; xen,static-mem = <0 0x80000000 0 0x20000000>; ${kernel("4a000000")}
        domU1-shared-mem@b0000000 { compatible = "xen,domain-shared-memory-v1"; role = "owner"; xen,shm-id = "my-shared-mem-0"; xen,shared-mem = <0 0xb0000000 0 0xb0000000 0 0x8000000>; }; };
      domU2 { compatible = "xen,domain"; ${cells} memory = <0 0x20000>; cpus = <1>; ${kernel("4d000000")}
        domU2-shared-mem@b0000000 { compatible = "xen,domain-shared-memory-v1"; role = "borrower"; xen,shm-id = "my-shared-mem-0"; xen,shared-mem = <0 0xb0000000 0 0x20000000 0 0x8000000>; }; };`,
    "static shared memory: from Xen's heap": `
      domU1 { compatible = "xen,domain"; ${cells} memory = <0 0x20000>; cpus = <1>; ${kernel("4a000000")}
        shared-mem-1 { compatible = "xen,domain-shared-memory-v1"; role = "owner"; xen,shm-id = "heap"; xen,shared-mem = <0 0x20000000 0 0x800000>; }; };
      domU2 { compatible = "xen,domain"; ${cells} memory = <0 0x20000>; cpus = <1>; ${kernel("4d000000")}
        shared-mem-1 { compatible = "xen,domain-shared-memory-v1"; role = "borrower"; xen,shm-id = "heap"; xen,shared-mem = <0 0x30000000 0 0x800000>; }; };`,
    "static event channels": `
      domU1 { compatible = "xen,domain"; ${cells} memory = <0 0x20000>; cpus = <1>; ${kernel("4a000000")}
        ec1: evtchn@1 { compatible = "xen,evtchn-v1"; xen,evtchn = <0xa &ec2>; }; };
      domU2 { compatible = "xen,domain"; ${cells} memory = <0 0x20000>; cpus = <1>; ${kernel("4d000000")}
        ec2: evtchn@2 { compatible = "xen,evtchn-v1"; xen,evtchn = <0xa &ec1>; }; };`,
  };

  test.each(Object.entries(documents))("%s: no error", (_, domains) => {
    const host = caseTree("virt2.dts");
    const source = `/dts-v1/; /plugin/; &{/chosen} { ${cells} xen,xen-bootargs = "console=dtuart dom0_mem=512M"; ${domains} };`;
    const { tree, problems } = readDts(source, "document.dtso");
    expect([...problems, ...applyOverlay(host, tree)]).toEqual([]);
    const { findings, model } = checkLayout({ host, modules: new Map(), release: parseRelease("4.22") });
    expect(model.domains.length).toBeGreaterThan(0);
    expect(
      findings
        .filter(({ severity }) => severity === "error")
        .map(({ rule, message }) => `${rule} ${message}`),
    ).toEqual([]);
  });
});

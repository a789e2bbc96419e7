import { parseBootLog } from "@xgt/hypercall-log";
import { describe, expect, test } from "vitest";
import { diagnose, diagnoseConsole, layoutRules } from "../src/index.ts";
import { symptoms } from "../src/symptoms/registry.ts";

/** Lines as people post them, and the family that answers. */
const LINES: readonly (readonly [string, string])[] = [
  ["domain-not-set-up", "(XEN) Could not set up domain domU1 (rc = -22)"],
  ["domain-not-set-up", "(XEN) Panic on CPU 0: Could not set up d0 guest OS (rc = -22)"],
  [
    "domain-memory-short",
    "(XEN) Failed to allocate requested domain memory. 262144KB unallocated. Fix the VMs configurations.",
  ],
  [
    "smmu-context-fault",
    "(XEN) smmu: /axi/smmu@fd800000: Unhandled context fault: fsr=0x402, iova=0x76543000, fsynr=0x1, cb=0",
  ],
  ["smmu-global-fault", "(XEN) smmu: /axi/smmu@fd800000: Unexpected global fault, this could be serious"],
  ["passthrough-map-failed", "(XEN) Failed to map 00000000ff0e0000 to the guest at00000000ff0e0000"],
  ["iomem-not-permitted", "(XEN) Unable to permit to dom1 access to 0xff0e0000 - 0xff0e0fff"],
  ["device-already-assigned", "(XEN) /axi/ethernet@ff0e0000 already assigned."],
  ["too-many-regions", "(XEN) Warning: Max number of supported memory regions reached."],
  [
    "shared-memory-mismatch",
    "(XEN) fdt: different shared memory region could not share the same shm ID ring",
  ],
  [
    "shared-memory-mismatch",
    "(XEN) fdt: xen,shm-id ring does not match for all the nodes using the same region",
  ],
  ["shared-memory-malformed", "(XEN) fdt: physical address 0x60000800 is not suitably aligned."],
  ["shared-memory-malformed", "(XEN) d1: static shared memory bank not found: 'ring'"],
  [
    "shared-memory-owner",
    "(XEN) shm memory node has already been allocated to a specific owner d1, Please check your configuration",
  ],
  ["static-memory-off", "(XEN) CONFIG_STATIC_SHM must be enabled for parsing static shared memory nodes"],
  ["timer-interrupt", "(XEN) Timer: Unable to retrieve IRQ 0 from the device tree"],
  ["clock-missing", "[    2.1] macb ff0e0000.ethernet: failed to get macb_clk (-2)"],
  ["clock-missing", "[    2.1] sdhci-arasan ff170000.mmc: clk_ahb clock not found."],
  ["zynqmp-firmware", "[    2.1] zynqmp_gpd_attach_dev() ff0e0000.ethernet: request failed for node 29: -13"],
  ["irq-index", "[    1.9] sdhci-esdhc-imx 30b40000.mmc: IRQ index 0 not found"],
  ["deferred-probe", "[   12.0] platform ff170000.mmc: deferred probe pending: wait for supplier /clk"],
  ["phandle-not-found", "(XEN) /soc/mmc@30b40000: could not find phandle"],
  ["icactiver", "(XEN) d1v0: vGICD: unhandled word write 0x000000ffffffff to ICACTIVER4"],
  ["bad-page-free", "(XEN) common/memory.c:277:d0v1 Bad page free for Dom0 GFN 8f2a1"],
  ["no-reserved-page", "(XEN) common/memory.c:269:d1v0 d1: failed to retrieve a reserved page"],
  ["maptrack-handle", "(XEN) common/grant_table.c:1250:d0v2 Failed to obtain maptrack handle"],
  ["maptrack-limit", "[   31.2] xen:grant_table: maptrack limit reached, can't map all guest pages"],
  [
    "p2m-entry-exists",
    "[   31.5] xen_add_phys_to_mach_entry: cannot add pfn=0x5a0de -> mfn=0x8031f2: pfn=0x5a0de -> mfn=0x8044a0 already exists",
  ],
  ["grant-frames-not-placed", "[    0.2] grant table add_to_physmap failed, err=-16"],
  ["balloon-cannot-add", "[   44.0] xen:balloon: Cannot add additional memory (-17)"],
  [
    "gntdev-warning",
    "WARNING: CPU: 0 PID: 1 at drivers/xen/gntdev.c:405 __unmap_grant_pages_done+0x110/0x120",
  ],
  ["magic-page", "(XEN) common/memory.c:238:d0v0 mfn 0x39000 doesn't belong to d1"],
  ["foreign-mfn", "(XEN) common/memory.c:238:d1v0 mfn 0xb8123 doesn't belong to d1"],
  [
    "xenstore-page-abort",
    "(XEN) traps.c:1964:d1v0 HSR=0x00000093820007 pc=0xffff80000875a034 gva=0xffff80000a01d000 gpa=0x00000039001000",
  ],
  ["first-bank", "(XEN) Not enough memory in the first bank for the kernel+dtb+initrd"],
  ["irq-not-spi", "(XEN) IRQ can only be routed to an SPI"],
  ["module-without-reg", "(XEN) node module@0 missing `reg' property"],
  ["uboot-reserved", "** Reading file would overwrite reserved memory **"],
  ["no-root", "[    3.0] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)"],
];

test.each(LINES)("%s answers: %s", (name, line) => {
  const { lines } = parseBootLog(Buffer.from(line));
  expect(diagnose(lines[0].text, null)?.symptom.name).toBe(name);
});

describe("the registry", () => {
  test("has at least 40 families, each with a cause, a fix and rules that exist", () => {
    expect(symptoms.length).toBeGreaterThanOrEqual(40);
    expect(new Set(symptoms.map(({ name }) => name)).size).toBe(symptoms.length);
    const ids = new Set(layoutRules.map(({ id }) => id));
    for (const { cause, fix, rules } of symptoms) {
      expect(cause.length).toBeGreaterThan(20);
      expect(fix.length).toBeGreaterThan(10);
      for (const rule of rules) expect(ids.has(rule)).toBe(true);
    }
  });

  test("answers each known line of a console; a repeated one points to the first", () => {
    const text = LINES.map(([, line]) => line).join("\n");
    const found = diagnoseConsole(parseBootLog(Buffer.from(`hello\n${text}\nbye\n${LINES[0][1]}\n`)), null);
    expect(found.map(({ symptom }) => symptom.name)).toEqual([
      ...LINES.map(([name]) => name),
      "domain-not-set-up",
    ]);
    expect(found.at(-1)).toMatchObject({ sameAs: 2, line: LINES.length + 3 });
  });

  test("takes no time over a hostile line", () => {
    const start = performance.now();
    for (const text of ["HSR=0x".repeat(20_000), "zynqmp_a".repeat(20_000), "supplier ".repeat(20_000)]) {
      diagnose(text, null);
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

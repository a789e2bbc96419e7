import { domainSpecJson, parseDomainSpec } from "@xgt/hypercall-log";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BusMaster,
  cellsOf,
  coveredBy,
  type DeviceTree,
  domainSpecOf,
  nodeAt,
  overlaps,
  type Plan,
  type PlanRequest,
  phandleOf,
  pictureSvg,
  pictureText,
  planLayout,
  readDeviceTree,
  stringsOf,
} from "../src/index.ts";
import { board, domain } from "../src/rules/example-board.ts";
import { readDts } from "../src/tree/read-dts.ts";
import { boardTree, request, wanted } from "./board.ts";
import { dtc, dtcInstalled } from "./dtc.ts";

function planned(asked: PlanRequest): Plan {
  const plan = planLayout(asked);
  if (!plan.possible) throw new Error(plan.conflict.join("; "));
  return plan;
}

function errors(plan: Plan): string[] {
  return plan.check.findings
    .filter(({ severity }) => severity !== "info")
    .map(({ rule, message }) => `${rule}: ${message}`);
}

function conflict(asked: PlanRequest): readonly string[] {
  const plan = planLayout(asked);
  expect(plan.possible).toBe(false);
  return plan.possible ? [] : plan.conflict;
}

const MMC = "/soc/bus@40000000/mmc@4005d000";

describe("a plan for the S32V234", () => {
  const plan = planned(request("s32v234.dts", [wanted("domU1", 256n << 20n, [MMC], { vpl011: true })]));

  test("passes every rule", () => {
    expect(errors(plan)).toEqual([]);
  });

  test("is 1:1: banks in host RAM, the eMMC at its own address", () => {
    const guest = plan.check.model.domains[0];
    expect(guest.directMap).toBe(true);
    expect(guest.ram.every((bank) => coveredBy(bank, plan.check.model.host.ram))).toBe(true);
    expect(guest.assigned).toEqual([{ start: 0x4005d000n, size: 0x1000n }]);
    expect(guest.windows.map(({ name, start }) => [name, start])).toEqual([
      ["gic-distributor", 0x7d001000n],
      ["gic-cpu", 0x7d002000n],
      ["uart", 0x40053000n],
    ]);
    expect(overlaps(guest.ram[0], { start: 0x80000000n, size: 0x10000n })).toBe(false);
  });

  test("marks the host node and forces the assignment", () => {
    expect(plan.overlay).toContain(`target-path = "${MMC}"`);
    expect(plan.partials[0].source).toContain("xen,force-assign-without-iommu;");
    expect(plan.partials[0].source).toContain("interrupts = <0x0 0x1c 0x4>;");
  });

  test("says the same in U-Boot's words", () => {
    const bank = plan.domains[0].banks[0];
    expect(plan.uboot).toContain("fdt mknod /chosen domU1\n");
    expect(plan.uboot).toContain(
      `fdt set /chosen/domU1 xen,static-mem <0x0 0x${bank.start.toString(16)} 0x0 0x10000000>`,
    );
    expect(plan.uboot).toContain(`fdt set ${MMC} xen,passthrough\n`);
    expect(plan.uboot).toContain("fdt set /chosen \\#address-cells <0x2>\n");
  });

  test("shows both address spaces", () => {
    const text = pictureText(plan.check.model);
    expect(text).toMatch(/0x4005d000 +0x4005dfff +4K +mmc +mmc\n/);
    expect(text).toMatch(/bank of domU1 +RAM bank 0 \(1:1\)/);
    const svg = pictureSvg(plan.check.model);
    expect(svg.startsWith("<svg ")).toBe(true);
    expect(svg.match(/<rect /g)!.length).toBeGreaterThan(10);
  });

  test("feeds the replay", () => {
    const spec = domainSpecOf(plan.check.model);
    const again = parseDomainSpec(JSON.stringify(domainSpecJson(spec)));
    expect(again.domains).toEqual(spec.domains);
    expect(again.xen).toBe("4.22");
    expect(spec.domains[0]).toMatchObject({
      domid: 1,
      mode: "direct-mapped",
      ram: [{ count: 0x10000 }],
      regions: [{ name: "gic-distributor" }, { name: "gic-cpu" }, { name: "uart" }, { name: "mmio:mmc" }],
    });
  });

  test.skipIf(!dtcInstalled)("is accepted by dtc, and fdt overlay merging agrees", () => {
    expect(dtc("dts", "dtb", plan.overlay).length).toBeGreaterThan(0);
    const compiled = readDeviceTree(dtc("dts", "dtb", plan.partials[0].source), "p.dtb");
    expect(nodeAt(compiled.tree, "/passthrough/mmc@4005d000")).not.toBeNull();
    expect(readDeviceTree(plan.partials[0].dtb, "own.dtb").problems).toEqual([]);
    expect(dtc("dtb", "dts", plan.partials[0].dtb).toString()).toContain("mmc@4005d000");
  });
});

describe("several domains", () => {
  const masters: BusMaster[] = [
    {
      path: "/soc/ethernet@ff0e0000",
      dma: true,
      bits: null,
      windows: [{ start: 0x8_0000_0000n, size: 0x4000_0000n, write: true, name: "xmpu 1" }],
    },
    { path: "/soc/mmc@ff170000", dma: true, bits: 32, windows: null },
  ];
  const asked = request(
    "two-window.dts",
    [
      wanted("linux", 512n << 20n, ["/soc/mmc@ff170000", "/soc/usb3@ff9d0000"], {
        cpus: 2,
        enhanced: "full",
        ramdiskSize: 5_000_001n,
      }),
      wanted("rtos", 64n << 20n, ["/soc/can@ff060000"], { kernelSize: 400_000n }),
      wanted("net", 256n << 20n, ["/soc/ethernet@ff0e0000"]),
      wanted("bare", 16n << 20n, ["/soc/timer@ff110000"], { kernelSize: 20_000n }),
    ],
    { masters, dom0: true },
  );
  const plan = planned(asked);

  test("pass every rule but what windows forbid", () => {
    expect(errors(plan).filter((text) => !text.startsWith("L39"))).toEqual([]);
  });

  test("get memory that their devices reach, and share none", () => {
    const banks = plan.domains.flatMap((one) => one.banks);
    banks.forEach((a, i) => {
      for (const b of banks.slice(i + 1)) expect(overlaps(a, b)).toBe(false);
    });
    const of = (name: string) => plan.domains.find((one) => one.wanted.name === name)!.banks;
    expect(of("linux").every((bank) => bank.start + bank.size <= 1n << 32n)).toBe(true);
    expect(of("linux").some((bank) => overlaps(bank, { start: 0x38000000n, size: 0x1000000n }))).toBe(false);
    expect(of("net").every((bank) => coveredBy(bank, masters[0].windows!))).toBe(true);
  });

  test("leave references to the host's nodes out, and say so; fixed clocks come along", () => {
    const net = plan.partials.find((one) => one.domain === "net")!;
    const tree = readDts(net.source, "net.dts").tree;
    const [clock] = cellsOf(nodeAt(tree, "/passthrough/ethernet@ff0e0000")!, "clocks");
    const standIn = nodeAt(tree, "/passthrough/stand-ins/clock@0")!;
    expect(phandleOf(standIn)).toBe(clock);
    expect(cellsOf(standIn, "clock-frequency")).toEqual([100_000_000]);
    expect(net.source).not.toContain("resets");
    expect(plan.reasons.join("\n")).toContain("/soc/ethernet@ff0e0000: resets left out");
  });

  test("nested devices keep their addresses and interrupts", () => {
    const linux = readDts(plan.partials[0].source, "linux.dts").tree;
    const usb = nodeAt(linux, "/passthrough/usb3@ff9d0000/usb@fe200000")!;
    expect(stringsOf(usb, "xen,path")).toEqual(["/soc/usb3@ff9d0000/usb@fe200000"]);
    expect(plan.check.findings.filter(({ rule }) => ["L17", "L18"].includes(rule))).toEqual([]);
  });

  test.skipIf(!dtcInstalled)("dtc accepts all of it", () => {
    expect(dtc("dts", "dtb", plan.overlay).length).toBeGreaterThan(0);
    for (const partial of plan.partials) expect(dtc("dts", "dtb", partial.source).length).toBeGreaterThan(0);
  });
});

describe("the Raspberry Pi 4", () => {
  test("old peripherals: memory in the first GiB, the offset is told and kept in the partial tree", () => {
    const plan = planned(
      request("raspberry-pi-4.dts", [wanted("domU1", 256n << 20n, ["/soc/mmc@7e300000"])]),
    );
    expect(errors(plan).filter((text) => !/^L42/.test(text))).toEqual([]);
    expect(plan.domains[0].banks.every((bank) => bank.start + bank.size <= 1n << 30n)).toBe(true);
    const note = plan.check.findings.find(({ rule }) => rule === "L37")!;
    expect(note.severity).toBe("info");
    expect(note.message).toContain("0xc0000000 above");
    expect(plan.partials[0].source).toContain("dma-ranges = <0x0 0xc0000000 0x0 0x0 0x0 0x40000000>;");
  });

  test("Ethernet: no offset, the PHY below it stays connected", () => {
    const plan = planned(
      request("raspberry-pi-4.dts", [wanted("domU1", 1n << 30n, ["/scb/ethernet@7d580000"])]),
    );
    expect(errors(plan)).toEqual([]);
    expect(plan.check.findings.some(({ rule }) => rule === "L37")).toBe(false);
    expect(plan.partials[0].source).toContain("phy-handle");
  });
});

describe("a host with an IOMMU", () => {
  const parts = {
    root: 'smmu: iommu@12000000 { compatible = "arm,mmu-500"; reg = <0x0 0x12000000 0x0 0x10000>; #iommu-cells = <1>; };',
    mmc: "iommus = <&smmu 3>;",
  };
  const host = () => readDts(board("", parts), "b.dts").tree;

  test("assigns protected devices without force, others with", () => {
    const devices = ["/soc/mmc@10020000", "/soc/ethernet@10030000"];
    const plan = planned(request(host(), [wanted("a", 64n << 20n, devices)]));
    expect(errors(plan)).toEqual([]);
    const { tree } = readDts(plan.partials[0].source, "p.dts");
    const forced = (path: string) => nodeAt(tree, path)!.properties.has("xen,force-assign-without-iommu");
    expect(forced("/passthrough/mmc@10020000")).toBe(false);
    expect(forced("/passthrough/ethernet@10030000")).toBe(true);
    expect(plan.check.model.domains[0].iommu).toBe(true);
  });

  test("takes extended regions from holes of the host's map", () => {
    const plan = planned(
      request(host(), [wanted("a", 64n << 20n, ["/soc/mmc@10020000"], { enhanced: "no-xenstore" })]),
    );
    const { extended } = plan.check.model.domains[0];
    expect(extended.length).toBeGreaterThan(0);
    for (const region of extended) {
      expect(overlaps(region, { start: 0x80000000n, size: 0x80000000n })).toBe(false);
      expect(overlaps(region, { start: 0x10020000n, size: 0x1000n })).toBe(false);
    }
  });
});

describe("what cannot be is explained by the smallest set", () => {
  const reach: BusMaster[] = [{ path: "/soc/mmc@ff170000", dma: true, bits: 28, windows: null }];

  test("a device's reach against a domain's size", () => {
    const asked = request("two-window.dts", [wanted("a", 512n << 20n, ["/soc/mmc@ff170000"])], {
      masters: reach,
    });
    const words = conflict(asked);
    expect(words).toHaveLength(3);
    expect(words[1]).toBe("a wants 512M");
    expect(words[2]).toContain("reaches 0x0-0xfffffff (28-bit addresses)");
  });

  test("two domains against the RAM, without what does not matter", () => {
    const domains = [wanted("a", 600n << 20n, []), wanted("b", 600n << 20n, []), wanted("c", 32n << 20n, [])];
    expect(conflict(request("s32v234.dts", domains)).slice(1)).toEqual(["a wants 600M", "b wants 600M"]);
  });

  test("a first bank that cannot hold the images", () => {
    const words = conflict(request("s32v234.dts", [wanted("a", 8n << 20n, [], { kernelSize: 16n << 20n })]));
    expect(words.slice(1)).toEqual([
      "a wants 8M",
      "the first bank of a must hold kernel, DTB and initrd (20M)",
    ]);
  });

  test.each([
    [["/soc/no-such"], "no node"],
    [["/soc/bus@40000000/serial@40053000"], "UART that Xen uses"],
    [["/interrupt-controller@7d001000"], "interrupt controller"],
    [["/cpus"], "no registers"],
  ])("devices that nobody can have: %s", (devices, part) => {
    expect(conflict(request("s32v234.dts", [wanted("a", 64n << 20n, devices)])).join(" ")).toContain(part);
  });

  test("one device for two domains, too many vCPUs, an old Xen, a missing Dom0", () => {
    const both = [
      wanted("a", 64n << 20n, [MMC]),
      wanted("b", 64n << 20n, [MMC], { cpus: 9, enhanced: "full" }),
    ];
    const words = conflict(request("s32v234.dts", both, { xen: "4.16" })).join("\n");
    expect(words).toContain("a device goes to one domain");
    expect(words).toContain("9 vCPUs");
    expect(words).toContain("4.17 or later");
    expect(words).toContain("no Dom0");
  });

  test("a board whose grant window is RAM splits the bank around it", () => {
    const host: DeviceTree = readDts(board("", { memory: "0x0 0x30000000 0x0 0x20000000" }), "b.dts").tree;
    const plan = planned(request(host, [wanted("a", 300n << 20n, [], { enhanced: "no-xenstore" })]));
    expect(
      plan.domains[0].banks.some((bank) => overlaps(bank, { start: 0x38000000n, size: 0x1000000n })),
    ).toBe(false);
    expect(errors(plan)).toEqual([]);
  });

  test("banks and modules that are there already are kept clear of", () => {
    const host = readDts(board(domain()), "b.dts").tree;
    const plan = planned(request(host, [wanted("domU2", 1n << 30n, ["/soc/mmc@10020000"])]));
    expect(errors(plan)).toEqual([]);
    expect(plan.check.model.domains).toHaveLength(2);
  });
});

describe("properties", () => {
  test("every plan passes the check, every conflict is words", () => {
    const host = boardTree("two-window.dts");
    const devices = ["ethernet@ff0e0000", "mmc@ff170000", "can@ff060000", "timer@ff110000", "usb3@ff9d0000"];
    const oneDomain = fc.record({
      memory: fc.integer({ min: 1, max: 900 }),
      pick: fc.subarray(devices, { maxLength: 2 }),
      cpus: fc.integer({ min: 1, max: 5 }),
      enhanced: fc.constantFrom("off", "no-xenstore", "full"),
      kernel: fc.integer({ min: 1, max: 40 }),
    });
    const mask = fc.option(fc.integer({ min: 26, max: 36 }), { nil: null });
    fc.assert(
      fc.property(fc.array(oneDomain, { minLength: 1, maxLength: 4 }), mask, (shapes, bits) => {
        const domains = shapes.map(({ memory, pick, cpus, enhanced, kernel }, i) => {
          const more = { cpus, enhanced, kernelSize: BigInt(kernel) << 20n } as const;
          return wanted(
            `d${i}`,
            BigInt(memory) << 20n,
            pick.map((name) => `/soc/${name}`),
            more as object,
          );
        });
        const masters =
          bits === null
            ? []
            : devices.map((name) => ({ path: `/soc/${name}`, dma: true, bits, windows: null }));
        const plan = planLayout(request(host, domains, { masters, dom0: true }));
        if (!plan.possible) expect(plan.conflict.length).toBeGreaterThan(0);
        else expect(errors(plan).filter((text) => !text.startsWith("L39"))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

import { describe, expect, test } from "vitest";
import {
  cellsOf,
  type DeviceTree,
  isDangling,
  nodeAt,
  type Plan,
  type PlanRequest,
  phandleOf,
  planLayout,
  readDeviceTree,
  referenceIndex,
  referencesIn,
  stringsOf,
  walk,
} from "../src/index.ts";
import { type BoardParts, board } from "../src/rules/example-board.ts";
import { readDts } from "../src/tree/read-dts.ts";
import { request, wanted } from "./board.ts";
import { caseTree } from "./cases.ts";
import { dtc, dtcInstalled } from "./dtc.ts";

function planned(host: DeviceTree, device: string, more: Partial<PlanRequest> = {}): Plan {
  const plan = planLayout({ ...request(host, [wanted("guest", 64n << 20n, [device])]), ...more });
  if (!plan.possible) throw new Error(plan.conflict.join("; "));
  return plan;
}

/** The partial tree of a plan as Xen reads it. */
function partialOf(plan: Plan): DeviceTree {
  const { tree, problems } = readDeviceTree(plan.partials[0].dtb, "partial.dtb");
  expect(problems).toEqual([]);
  return tree;
}

function cells(tree: DeviceTree, path: string, name: string): number[] {
  const node = nodeAt(tree, path);
  if (node === null) throw new Error(`${path} is not there`);
  return cellsOf(node, name);
}

function exampleBoard(parts: BoardParts): DeviceTree {
  const { tree, problems } = readDts(board("", parts), "board.dts");
  expect(problems).toEqual([]);
  return tree;
}

const MMC = "/soc/mmc@10020000";
const COPY = "/passthrough/mmc@10020000";
const PROVIDERS = `
  cc: cc { #clock-cells = <1>; #reset-cells = <1>; #power-domain-cells = <0>; };
  ldo: ldo { regulator-name = "vmmc"; regulator-min-microvolt = <3300000>; regulator-max-microvolt = <3300000>; };
  pins: pins { phandle = <0x40>; };`;

describe("clocks that stay with the host", () => {
  test("become fixed clocks with the rate of max-frequency", () => {
    const mmc = 'clocks = <&cc 1>, <&cc 2>; clock-names = "bus", "core"; max-frequency = <50000000>;';
    const plan = planned(exampleBoard({ root: PROVIDERS, mmc }), MMC);
    const tree = partialOf(plan);
    const standIns = cells(tree, COPY, "clocks").map((phandle) => referenceIndex(tree).phandles.get(phandle));
    expect(standIns.map((node) => stringsOf(node ?? tree.root, "compatible"))).toEqual([
      ["fixed-clock"],
      ["fixed-clock"],
    ]);
    expect(standIns.map((node) => cellsOf(node ?? tree.root, "clock-frequency")[0])).toEqual([50e6, 50e6]);
    expect(plan.warnings).toEqual([]);
    expect(plan.reasons.join("\n")).toContain("clk_ignore_unused");
  });

  test("take the rate that assigned-clock-rates sets, and factors of it", () => {
    const root = `${PROVIDERS} osc: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; };
      half: half { compatible = "fixed-factor-clock"; #clock-cells = <0>; clocks = <&osc>; clock-mult = <1>; clock-div = <2>; };`;
    const mmc =
      "clocks = <&cc 1>, <&half>; assigned-clocks = <&cc 2>, <&cc 1>; assigned-clock-rates = <0>, <200000000>;";
    const tree = partialOf(planned(exampleBoard({ root, mmc }), MMC));
    const rates = cells(tree, COPY, "clocks").map((phandle) => {
      return cellsOf(referenceIndex(tree).phandles.get(phandle) ?? tree.root, "clock-frequency")[0];
    });
    expect(rates).toEqual([200e6, 12e6]);
    expect(nodeAt(tree, COPY)?.properties.has("assigned-clocks")).toBe(false);
  });

  test("of an unknown rate are left out with a warning, and come with --clock", () => {
    const host = exampleBoard({ root: PROVIDERS, mmc: 'clocks = <&cc 1>; clock-names = "core";' });
    const without = planned(host, MMC);
    expect(nodeAt(partialOf(without), COPY)?.properties.has("clock-names")).toBe(false);
    expect(without.warnings).toEqual([expect.stringMatching(/mmc@10020000: clocks left out: .*--clock/)]);
    const given = planned(host, MMC, { clocks: new Map([[`${MMC}:core`, 100e6]]) });
    expect(given.warnings).toEqual([]);
    expect(cells(partialOf(given), "/passthrough/stand-ins/clock@0", "clock-frequency")).toEqual([100e6]);
  });
});

test("a supply becomes a fixed regulator, resets and pins leave and are told", () => {
  const mmc =
    'vmmc-supply = <&ldo>; resets = <&cc 4>; reset-names = "core"; pinctrl-0 = <&pins>; pinctrl-names = "default"; power-domains = <&cc>;';
  const plan = planned(exampleBoard({ root: PROVIDERS, mmc }), MMC);
  const tree = partialOf(plan);
  const regulator = nodeAt(tree, "/passthrough/stand-ins/regulator@0") ?? tree.root;
  expect(cells(tree, COPY, "vmmc-supply")).toEqual([phandleOf(regulator)]);
  expect(cellsOf(regulator, "regulator-max-microvolt")).toEqual([3_300_000]);
  for (const name of ["resets", "reset-names", "pinctrl-0", "pinctrl-names", "power-domains"]) {
    expect(nodeAt(tree, COPY)?.properties.has(name)).toBe(false);
  }
  const told = plan.reasons.join("\n");
  expect(told).toMatch(/resets left out: /);
  expect(told).toMatch(/power-domains left out: .*pd_ignore_unused/);
});

describe("interrupts", () => {
  test("of a map are written with the GIC's numbers", () => {
    const plan = planned(caseTree("nexus-host.dts"), "/bus@8000000/mmc@50000");
    const tree = partialOf(plan);
    expect(cells(tree, "/passthrough/mmc@1c050000", "interrupts")).toEqual([0, 9, 4, 0, 10, 4]);
    expect(plan.warnings).toEqual([]);
    expect(plan.check.findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  test("at another controller are left out with a warning", () => {
    const soc =
      'gpc: gpc@10040000 { compatible = "fsl,imx8mq-gpc"; interrupt-controller; #interrupt-cells = <3>; interrupt-parent = <&gic>; reg = <0x10040000 0x1000>; };';
    const mmc = 'interrupt-parent = <&gpc>; interrupt-names = "main";';
    const plan = planned(exampleBoard({ soc, mmc }), MMC);
    expect(nodeAt(partialOf(plan), COPY)?.properties.has("interrupts")).toBe(false);
    expect(nodeAt(partialOf(plan), COPY)?.properties.has("interrupt-names")).toBe(false);
    expect(plan.warnings).toEqual([expect.stringContaining("/soc/gpc@10040000, not the GIC")]);
    const found = plan.check.findings.find(({ rule }) => rule === "L44");
    expect(found?.fix).toContain("interrupt-parent of the host node name the GIC");
  });

  test("that belong to one CPU make a plan impossible: Xen would stop", () => {
    const host = exampleBoard({ mmcInterrupts: "1 9 4" });
    const plan = planLayout(request(host, [wanted("domU1", 64n << 20n, [MMC])]));
    expect(plan.possible ? [] : plan.conflict).toEqual([expect.stringContaining("Xen routes only SPIs")]);
  });
});

describe("a PCI host bridge", () => {
  test("without interrupts of its own is refused, with the reason", () => {
    const plan = planLayout(
      request(caseTree("pcie-host.dts"), [wanted("u", 64n << 20n, ["/pcie@40000000"])]),
    );
    expect(plan.possible ? [] : plan.conflict).toEqual([expect.stringContaining("no interrupt at all")]);
  });

  test("that is forced has its window mapped, its ranges with 2 parent cells, and no maps", () => {
    const plan = planned(caseTree("pcie-host.dts"), "/pcie@40000000", { force: true });
    const path = "/passthrough/pcie@40000000";
    const tree = partialOf(plan);
    expect(cells(tree, path, "xen,reg")).toEqual([
      0, 0x4000_0000, 0, 0x100_0000, 0, 0x4000_0000, 0, 0x5000_0000, 0, 0x1000_0000, 0, 0x5000_0000,
    ]);
    expect(cells(tree, path, "ranges")).toEqual([
      0x0200_0000, 0, 0x5000_0000, 0, 0x5000_0000, 0, 0x1000_0000,
    ]);
    for (const name of ["interrupt-map", "interrupt-map-mask", "msi-map", "iommu-map", "#interrupt-cells"]) {
      expect(nodeAt(tree, path)?.properties.has(name)).toBe(false);
    }
    expect(plan.warnings.join("\n")).toMatch(/interrupt-map are left out \(200, 201\)/);
    expect(plan.check.findings.map(({ rule }) => rule)).toContain("L45");
  });

  test("on a bus of one cell gets two, keeps its dma-ranges, and the map rows that Xen routes", () => {
    const pci = `device_type = "pci"; #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>;
      ranges = <0x02000000 0 0x10000000 0x20000000 0 0x1000000>;
      dma-ranges = <0x42000000 0 0x80000000 0x80000000 0 0x80000000>;
      interrupt-map-mask = <0 0 0 7>; interrupt-map = <0 0 0 1 &gic 0 6 4>, <0 0 0 2 &gic 0 41 4>;`;
    const plan = planned(exampleBoard({ mmc: pci }), MMC);
    const tree = partialOf(plan);
    const gic = phandleOf(nodeAt(tree, "/gic") ?? tree.root);
    expect(cells(tree, COPY, "ranges")).toEqual([0x0200_0000, 0, 0x1000_0000, 0, 0x2000_0000, 0, 0x100_0000]);
    expect(cells(tree, COPY, "dma-ranges")).toEqual([
      0x4200_0000, 0, 0x8000_0000, 0, 0x8000_0000, 0, 0x8000_0000,
    ]);
    expect(cells(tree, COPY, "interrupt-map")).toEqual([0, 0, 0, 1, gic, 0, 6, 4]);
    expect(plan.warnings).toEqual([expect.stringMatching(/1 rows of interrupt-map are left out \(73\)/)]);
  });
});

test("no reference of a partial tree leads out of it, and dtc has nothing to say", () => {
  const root = `${PROVIDERS} grf: grf { compatible = "syscon"; };`;
  const mmc = `clocks = <&cc 1>; max-frequency = <1000000>; rockchip,grf = <&grf>; acme,ae-handle = <&ldo>;
    cd-gpios = <&gpio 1 0>; phy@1 { reg = <1>; phys = <&cc 1>; };`;
  const soc = "gpio: gpio@10050000 { reg = <0x10050000 0x1000>; gpio-controller; #gpio-cells = <2>; };";
  const plan = planned(exampleBoard({ root, mmc, soc }), MMC);
  const tree = partialOf(plan);
  const index = referenceIndex(tree);
  const dangling = [...walk(tree.root)].flatMap((node) => {
    return [...node.properties.values()].flatMap((property) => {
      return (referencesIn(node, property, index) ?? [])
        .filter(isDangling)
        .map(() => `${node.path} ${property.name}`);
    });
  });
  expect(dangling).toEqual([]);
  const names = [...(nodeAt(tree, COPY)?.properties.keys() ?? [])];
  expect(names.filter((name) => /grf|handle|gpios/.test(name))).toEqual([]);
  if (dtcInstalled) expect(dtc("dts", "dtb", plan.partials[0].source).length).toBeGreaterThan(0);
});

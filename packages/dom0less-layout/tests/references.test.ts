import { describe, expect, test } from "vitest";
import { readDeviceTree, writeDtb } from "../src/index.ts";
import { nodeAt } from "../src/tree/device-tree.ts";
import { readDts } from "../src/tree/read-dts.ts";
import { isDangling, referenceIndex, referencesIn } from "../src/tree/references.ts";

const NODES = `
  clk: clk { #clock-cells = <1>; }; gpio: gpio { #gpio-cells = <2>; #interrupt-cells = <3>; };
  its: its { #msi-cells = <1>; }; smmu: smmu { #iommu-cells = <2>; }; grf: grf { }; plain: plain { };`;

/** "0:/clk 2:/gpio" of a property of /dev, read from source, and from the same tree compiled (no marks there). */
function found(property: string, compiled: boolean): string | null {
  const source = readDts(`/dts-v1/; / { ${NODES} dev { ${property} }; };`, "t.dts").tree;
  const tree = compiled ? readDeviceTree(writeDtb(source), "t.dtb").tree : source;
  const node = nodeAt(tree, "/dev");
  const [own] = node?.properties.values() ?? [];
  if (node === null || own === undefined) throw new Error("no property");
  const references = referencesIn(node, own, referenceIndex(tree));
  return references?.map(({ at, target }) => `${at}:${target?.path ?? "?"}`).join(" ") ?? null;
}

describe.each([false, true])("references of a property (compiled: %s)", (compiled) => {
  test.each([
    ["clocks = <&clk 7 &clk 8>;", "0:/clk 2:/clk"],
    ["cd-gpios = <&gpio 1 2>;", "0:/gpio"],
    ["interrupts-extended = <&gpio 1 2 3>;", "0:/gpio"],
    ["msi-map = <0 &its 0 0x10000>;", "1:/its"],
    ["iommu-map = <0 &smmu 1 2 8 16 &smmu 3 4 8>;", "1:/smmu 6:/smmu"],
    ["vmmc-supply = <&plain>;", "0:/plain"],
    ["phy-handle = <&plain>;", "0:/plain"],
    ["acme,ae-handle = <&plain>;", "0:/plain"],
    ["rockchip,grf = <&grf>;", "0:/grf"],
    ["acme,things = <&plain &grf>;", "0:/plain 1:/grf"],
  ])("%s", (property, expected) => {
    expect(found(property, compiled)).toBe(expected);
  });

  test.each([
    "reg = <1 2>;",
    "bus-width = <1>;",
    "clock-frequency = <2>;",
    "interrupts = <1 2 3>;",
    "#x-cells = <1>;",
  ])("none: %s", (property) => {
    expect(found(`${property} a = <&clk 1>; b = <&gpio>; c = <&its>; d = <&smmu>;`, compiled) ?? "").toBe("");
  });
});

test("a phandle that no node has dangles; 0 and all ones mean none", () => {
  const { tree } = readDts(
    "/dts-v1/; / { dev { resets = <0x77 1>; }; none { resets = <0 0xffffffff>; }; };",
    "t.dts",
  );
  const dangling = (path: string) => {
    const node = nodeAt(tree, path);
    const property = node?.properties.get("resets");
    if (node === null || property === undefined) throw new Error(path);
    return (referencesIn(node, property, referenceIndex(tree)) ?? []).filter(isDangling).length;
  };
  expect([dangling("/dev"), dangling("/none")]).toEqual([1, 0]);
});

test("a name and a node that belong together are a reference in a tree with symbols, a mere number is none", () => {
  const source = `/dts-v1/; / { a: usbphy { }; b: other { }; dev { fsl,usbphy = <&a>; acme,tuning = <&b>; };
    __symbols__ { a = "/usbphy"; b = "/other"; }; };`;
  const tree = readDeviceTree(writeDtb(readDts(source, "t.dts").tree), "t.dtb").tree;
  const node = nodeAt(tree, "/dev");
  const of = (name: string) => {
    const property = node?.properties.get(name);
    if (node === null || property === undefined) throw new Error(name);
    return referencesIn(node, property, referenceIndex(tree))?.map(({ target }) => target?.path) ?? null;
  };
  expect([of("fsl,usbphy"), of("acme,tuning")]).toEqual([["/usbphy"], null]);
});

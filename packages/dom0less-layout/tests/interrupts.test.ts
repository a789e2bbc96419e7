import { describe, expect, test } from "vitest";
import { nodeAt, phandleIndex } from "../src/tree/device-tree.ts";
import { interruptsOf } from "../src/tree/interrupts.ts";
import { readDts } from "../src/tree/read-dts.ts";

const GIC = `gic: gic { interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };`;

/** "/gic 0 5 4" of every interrupt of /dev, or of another node. */
function interrupts(nodes: string, path = "/dev"): string[] {
  const { tree, problems } = readDts(
    `/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; ${nodes} };`,
    "t.dts",
  );
  expect(problems).toEqual([]);
  const node = nodeAt(tree, path);
  if (node === null) throw new Error(`${path} is not there`);
  return interruptsOf(node, phandleIndex(tree)).map(
    ({ controller, cells }) => `${controller?.path ?? "nowhere"} ${cells.join(" ")}`,
  );
}

describe("the parent of an interrupt", () => {
  test("is the nearest node above with #interrupt-cells", () => {
    const bus = `bus { interrupt-controller; #interrupt-cells = <1>; dev { interrupts = <7>; }; };`;
    expect(interrupts(`interrupt-parent = <&gic>; ${GIC} ${bus}`, "/bus/dev")).toEqual(["/bus 7"]);
  });

  test("is what the nearest interrupt-parent names", () => {
    const bus = `bus { interrupt-parent = <&gic>; dev { interrupts = <0 5 4>, <0 6 4>; }; };`;
    expect(interrupts(`${GIC} ${bus}`, "/bus/dev")).toEqual(["/gic 0 5 4", "/gic 0 6 4"]);
  });

  test("is looked for above a named node that has no #interrupt-cells", () => {
    const nodes = `${GIC} outer: outer { interrupt-parent = <&gic>; }; dev { interrupt-parent = <&outer>; interrupts = <0 5 4>; };`;
    expect(interrupts(nodes)).toEqual(["/gic 0 5 4"]);
  });

  test("may be missing: then there is no interrupt", () => {
    expect(interrupts(`dev { interrupts = <0 5 4>; };`)).toEqual([]);
  });

  test("stands in interrupts-extended for each one", () => {
    const nodes = `${GIC} pic: pic { interrupt-controller; #interrupt-cells = <1>; };
      dev { interrupts-extended = <&gic 0 5 4 &pic 3>; interrupts = <9 9 9>; };`;
    expect(interrupts(nodes)).toEqual(["/gic 0 5 4", "/pic 3"]);
  });

  test("turning in a circle ends nowhere", () => {
    const nodes = `a: a { interrupt-parent = <&b>; }; b: b { interrupt-parent = <&a>; }; dev { interrupt-parent = <&a>; interrupts = <1>; };`;
    expect(interrupts(nodes)).toEqual([]);
  });
});

describe("an interrupt-map", () => {
  const nexus = (
    map: string,
    more = "",
  ) => `${GIC} nexus: nexus { #interrupt-cells = <1>; #address-cells = <0>;
    interrupt-map = ${map}; ${more} }; dev { interrupt-parent = <&nexus>; interrupts = <2>, <3>; };`;

  test("leads to the controller of the fitting row", () => {
    expect(interrupts(nexus("<2 &gic 0 5 4>, <3 &gic 0 6 1>"))).toEqual(["/gic 0 5 4", "/gic 0 6 1"]);
  });

  test("compares only the bits of the mask", () => {
    expect(interrupts(nexus("<0 &gic 0 5 4>, <1 &gic 0 6 1>", "interrupt-map-mask = <1>;"))).toEqual([
      "/gic 0 5 4",
      "/gic 0 6 1",
    ]);
  });

  test("compares the unit address of the device", () => {
    const nodes = `${GIC} nexus: nexus { #interrupt-cells = <1>; #address-cells = <1>;
      interrupt-map-mask = <0xf00 7>; interrupt-map = <0x100 1 &gic 0 5 4>, <0x200 1 &gic 0 6 4>; };
      dev@204 { reg = <0x204 4>; interrupt-parent = <&nexus>; interrupts = <1>; };`;
    expect(interrupts(nodes, "/dev@204")).toEqual(["/gic 0 6 4"]);
  });

  test("may lead to another map", () => {
    const nodes = `${GIC} a: a { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 &b 11 0>; };
      b: b { #interrupt-cells = <2>; #address-cells = <0>; interrupt-map = <11 0 &gic 0 5 4>; };
      dev { interrupt-parent = <&a>; interrupts = <1>; };`;
    expect(interrupts(nodes)).toEqual(["/gic 0 5 4"]);
  });

  test("without a fitting row ends nowhere", () => {
    expect(interrupts(nexus("<2 &gic 0 5 4>"))).toEqual(["/gic 0 5 4", "nowhere 3"]);
  });

  test("of maps that name each other ends nowhere", () => {
    const nodes = `a: a { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 &b 1>; };
      b: b { #interrupt-cells = <1>; #address-cells = <0>; interrupt-map = <1 &a 1>; };
      dev { interrupt-parent = <&a>; interrupts = <1>; };`;
    expect(interrupts(nodes)).toEqual(["nowhere 1"]);
  });
});

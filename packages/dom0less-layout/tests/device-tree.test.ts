import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyOverlay } from "../src/tree/apply-overlay.ts";
import { cellsOf, type DeviceTree, nodeAt, stringsOf, textOf } from "../src/tree/device-tree.ts";
import { readDeviceTree } from "../src/tree/read-device-tree.ts";
import { readDtb } from "../src/tree/read-dtb.ts";
import { readDts } from "../src/tree/read-dts.ts";
import { writeDtb } from "../src/tree/write-dtb.ts";
import { dtc, dtcInstalled } from "./dtc.ts";
import { plainTree } from "./tree-text.ts";

const SOURCE = `/dts-v1/;
/* a comment */
/memreserve/ 0x80000000 0x10000;
/ {
	#address-cells = <2>;
	#size-cells = <(1 + 1)>;
	model = "a \\"quoted\\" \\x41\\t\\102", "second";
	alias-path = &uart, "tail";
	big = /bits/ 64 <0x123456789abcdef0 (1 << 40)>;
	small = /bits/ 8 <1 'A' (-1)>;
	bytes = [de ad BE EF 0102];
	negative = <(-2) (0 - 1) (~0 & 0xff) (3 > 2 ? 7 : 9) (1 || 0) (0x10UL >> 2) 010>;
	empty;
	soc: soc {
		ranges;
		uart: serial@40053000 { // labels
			reg = <0x0 0x40053000 l1: 0x0 0x1000>;
			interrupt-parent = <&gic>;
			status = "disabled";
		};
		gic: interrupt-controller@7d001000 { interrupt-controller; phandle = <5>; };
		gone@1 { reg = <1>; };
		extra { a = <1>; b = <2>; };
	};
};
&uart { status = "okay"; clocks = <&{/soc} 3>; };
/ { soc { /delete-node/ gone@1; extra { /delete-property/ a; }; }; };
`;

function dts(text: string): DeviceTree {
  const { tree, problems } = readDts(text, "test.dts");
  expect(problems).toEqual([]);
  return tree;
}

describe("device tree source", () => {
  test("yields names, values, references and deletions", () => {
    const tree = dts(SOURCE);
    expect(stringsOf(tree.root, "model")).toEqual(['a "quoted" A\tB', "second"]);
    expect(stringsOf(tree.root, "alias-path")).toEqual(["/soc/serial@40053000", "tail"]);
    expect(cellsOf(tree.root, "negative")).toEqual([0xfffffffe, 0xffffffff, 0xff, 7, 1, 4, 8]);
    expect(textOf(nodeAt(tree, "uart")!, "status")).toBe("okay");
    expect(cellsOf(nodeAt(tree, "/soc/serial@40053000")!, "interrupt-parent")).toEqual([5]);
    expect(nodeAt(tree, "/soc/gone@1")).toBeNull();
    expect(nodeAt(tree, "/soc/extra")!.properties.has("a")).toBe(false);
    expect(tree.reservations).toMatchObject([{ start: 0x80000000n, size: 0x10000n }]);
  });

  test("keeps lines, through comments and cpp's markers", () => {
    const tree = dts('/dts-v1/;\n/* two\nlines */\n# 40 "board.dts" 2\n/ { a = <1>;\n b; };\n');
    expect(tree.root.properties.get("a")!.location).toEqual({ path: "board.dts", place: 40, unit: "line" });
    expect(tree.root.properties.get("b")!.location.place).toBe(41);
  });

  test.each([
    ["/dts-v1/; / { a = <1>", "line"],
    ["/dts-v1/; / { a = <MACRO>; };", "cpp"],
    ["/dts-v1/; / { a = <&nobody>; };", "nobody"],
    ["/dts-v1/; / { a = <(1 / 0)>; };", "zero"],
    ["/dts-v1/; / { a = <0x100000000>; };", "does not fit"],
    ['/dts-v1/; / { a = "open; };', "without an end"],
    ["/dts-v1/; &nobody { };", "nobody"],
    ["#include <x.h>\n/dts-v1/; / { };", "cpp"],
    [`/dts-v1/; / { a = <${"(".repeat(500)}1>; };`, "too deep"],
    [`/dts-v1/; / ${"{ a ".repeat(500)}`, "deeper"],
  ])("says where and what to do: %s", (text, part) => {
    const { problems } = readDts(text, "bad.dts");
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0].location).toMatchObject({ path: "bad.dts", unit: "line" });
    expect(problems[0].location.place).toBeGreaterThan(0);
    if (part !== "line") expect(`${problems[0].message} ${problems[0].next}`).toContain(part);
  });

  test.skipIf(!dtcInstalled)("means what dtc makes of it", () => {
    expect(plainTree(dts(SOURCE))).toEqual(plainTree(readDtb(dtc("dts", "dtb", SOURCE), "x.dtb").tree));
  });
});

describe("flattened device trees", () => {
  test("come back as they were written", () => {
    const tree = dts(SOURCE);
    const { tree: again, problems } = readDtb(writeDtb(tree), "again.dtb");
    expect(problems).toEqual([]);
    expect(plainTree(again)).toEqual(plainTree(tree));
    expect(nodeAt(again, "/soc/serial@40053000")!.location.unit).toBe("byte");
  });

  test.skipIf(!dtcInstalled)("are accepted by dtc", () => {
    const tree = dts(SOURCE);
    const text = dtc("dtb", "dts", writeDtb(tree)).toString();
    expect(plainTree(dts(text))).toEqual(plainTree(tree));
  });

  test("keep what stands before an error, with node path and offset", () => {
    const bytes = Buffer.from(writeDtb(dts(SOURCE)));
    const at = bytes.lastIndexOf("serial@40053000") - 4;
    bytes.writeUInt32BE(0x77, at + 4 + 16);
    const { tree, problems } = readDtb(bytes, "broken.dtb");
    expect(problems).toMatchObject([
      { nodePath: "/soc/serial@40053000", location: { path: "broken.dtb", place: at + 20, unit: "byte" } },
    ]);
    expect(nodeAt(tree, "/soc")).not.toBeNull();
  });

  test.each([
    ["negative", 3, "\u0001"],
    ["negative", 3, ";"],
    ["negative", 3, '"'],
    ["negative", 3, "\u00e9"],
    ["serial@40053000", 3, "/"],
    ["serial@40053000", 3, "{"],
    ["serial@40053000", 3, "\n"],
  ])("end at a name that dtc takes from nobody: %s with a changed byte %i, %j", (name, at, odd) => {
    const bytes = Buffer.from(writeDtb(dts(SOURCE)));
    bytes.write(odd, bytes.lastIndexOf(`${name}\0`) + at, "latin1");
    const { problems } = readDtb(bytes, "broken.dtb");
    const what = name === "negative" ? "property" : "node";
    expect(problems).toMatchObject([{ message: expect.stringContaining(`is no ${what} name`) }]);
  });

  test("mutated: no exception, every problem has a place", () => {
    const good = writeDtb(dts(SOURCE));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(good.length),
        (changes, length) => {
          const bytes = Buffer.from(good);
          for (const [at, value] of changes) bytes[at] = value;
          const cut = length % 3 === 0 ? bytes.subarray(0, length) : bytes;
          for (const problem of readDeviceTree(cut, "m.dtb").problems) {
            expect(problem.location.place).toBeGreaterThanOrEqual(0);
            expect(problem.nodePath).toMatch(/^\//);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("overlays", () => {
  const base = '/dts-v1/; / { chosen { a = <1>; }; soc: soc { dev@1 { status = "okay"; }; }; };';
  const check = (text: string) => {
    const tree = dts(base);
    expect(applyOverlay(tree, readDts(text, "o.dts").tree)).toEqual([]);
    return tree;
  };

  test("merge by path, by label and as plain trees", () => {
    const byPath = check("/dts-v1/; /plugin/; &{/chosen} { b = <2>; d { }; };");
    expect(nodeAt(byPath, "/chosen/d")!.path).toBe("/chosen/d");
    const byLabel = check('/dts-v1/; /plugin/; &soc { dev@1 { status = "disabled"; }; };');
    expect(textOf(nodeAt(byLabel, "/soc/dev@1")!, "status")).toBe("disabled");
    const plain = check("/dts-v1/; / { chosen { c = <3>; }; };");
    expect(cellsOf(nodeAt(plain, "/chosen")!, "c")).toEqual([3]);
  });

  test.skipIf(!dtcInstalled)("merge when dtc compiled them", () => {
    const tree = readDtb(dtc("dts", "dtb", base, ["-@"]), "base.dtb").tree;
    const overlay = dtc("dts", "dtb", "/dts-v1/; /plugin/; &soc { dev@1 { x; }; };", ["-@"]);
    expect(applyOverlay(tree, readDtb(overlay, "o.dtbo").tree)).toEqual([]);
    expect(nodeAt(tree, "/soc/dev@1")!.properties.has("x")).toBe(true);
  });

  test("name the fragment whose target is missing", () => {
    const overlay = readDts("/dts-v1/; /plugin/; &nobody { };", "o.dts").tree;
    expect(applyOverlay(dts(base), overlay)).toMatchObject([{ nodePath: "/fragment@0" }]);
  });
});

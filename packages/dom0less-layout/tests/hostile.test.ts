import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkLayout,
  exampleInput,
  pictureSvg,
  pictureText,
  planLayout,
  readDeviceTree,
} from "../src/index.ts";
import { DTB_AT, domain, passthroughExample } from "../src/rules/example-board.ts";
import { writeDtb } from "../src/tree/write-dtb.ts";
import { request, wanted } from "./board.ts";

const input = exampleInput(
  passthroughExample(
    {},
    { extra: "xen,enhanced; vpl011;", dtb: DTB_AT, ramdisk: "0x0 0x90000000 0x0 0x100000" },
  ),
);
const host = writeDtb(input.host);
const partial = writeDtb([...input.modules.values()][0].tree!);

/** Bytes with some of them changed, and sometimes cut. */
function mutated(good: Uint8Array): fc.Arbitrary<Buffer> {
  const words = [0, 1, 3, 9, 0xffffffff, 0x7fffffff, 0x80000000, 0x10000];
  const byte = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  const word = fc.tuple(fc.nat(Math.floor(good.length / 4) - 1), fc.constantFrom(...words));
  return fc
    .tuple(
      fc.array(byte, { maxLength: 6 }),
      fc.array(word, { maxLength: 3 }),
      fc.option(fc.nat(good.length), { freq: 8 }),
    )
    .map(([bytes, longs, cut]) => {
      const copy = Buffer.from(good);
      for (const [at, value] of bytes) copy[at] = value;
      for (const [at, value] of longs) copy.writeUInt32BE(value, at * 4);
      return cut === null ? copy : copy.subarray(0, cut);
    });
}

describe("mutated trees", () => {
  test("are read, checked, drawn and planned for without an exception", () => {
    fc.assert(
      fc.property(mutated(host), mutated(partial), (hostBytes, partialBytes) => {
        const { tree, problems } = readDeviceTree(hostBytes, "host.dtb");
        for (const problem of problems)
          expect(problem).toMatchObject({
            nodePath: expect.stringMatching(/^\//),
            location: { unit: "byte" },
          });
        const other = readDeviceTree(partialBytes, "partial.dtb").tree;
        const modules = new Map([...input.modules].map(([path, file]) => [path, { ...file, tree: other }]));
        const { model } = checkLayout({ ...input, host: tree, modules });
        expect(pictureText(model).length + pictureSvg(model).length).toBeGreaterThan(0);
        const plan = planLayout(request(tree, [wanted("x", 64n << 20n, ["/soc/ethernet@10030000"])]));
        if (!plan.possible) expect(plan.conflict.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  test("source with any text in it is refused with a line", () => {
    const source = passthroughExample({}, {}).host;
    fc.assert(
      fc.property(fc.nat(source.length), fc.string({ maxLength: 12 }), fc.nat(20), (at, text, drop) => {
        const changed = source.slice(0, at) + text + source.slice(at + drop);
        for (const { location } of readDeviceTree(Buffer.from(changed), "host.dts").problems) {
          expect(location.place).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("no domain at all is no finding", () => {
    expect(domain({}).length).toBeGreaterThan(0);
    const { findings } = checkLayout(exampleInput({ host: "/dts-v1/; / { };", modules: {} }));
    expect(findings).toEqual([]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LabError } from "../src/host/lab-error.ts";
import { imageSymbols } from "../src/kprobes/image-symbols.ts";
import { probePlacesOf } from "../src/kprobes/kernel-probes.ts";
import { code, testKernel } from "./kernel-files.ts";

/** A table's parts, in the order in which Linux 6.1 and 6.12 lay them out (scripts/kallsyms.c). */
type Order = "6.1" | "6.12";

/** Every byte stands for itself, as in a table without packing; two tokens are longer. */
const tokens = Array.from({ length: 256 }, (_, i) => (i > 0x20 && i < 0x7f ? String.fromCharCode(i) : ""));
tokens[1] = "gnttab_";
tokens[2] = "HYPERVISOR_";

function packed(text: string): Buffer {
  const codes = text.replace("gnttab_", "\x01").replace("HYPERVISOR_", "\x02");
  const bytes = Buffer.from(codes, "latin1");
  const length = bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.from(length), bytes]);
}

function padded(part: Buffer): Buffer {
  return Buffer.concat([part, Buffer.alloc((8 - (part.length % 8)) % 8)]);
}

function words(values: readonly number[], size: 2 | 4): Buffer {
  const bytes = Buffer.alloc(size * values.length);
  for (const [i, value] of values.entries()) bytes.writeUIntLE(value, i * size, size);
  return bytes;
}

/** The symbols of `lines` (offset, letter, name), as a kernel carries them. */
function table(lines: readonly (readonly [number, string])[], order: Order): Buffer {
  const names = lines.map(([, text]) => packed(text));
  const marks: number[] = [];
  let at = 0;
  for (const [i, name] of names.entries()) {
    if (i % 256 === 0) marks.push(at);
    at += name.length;
  }
  let start = 0;
  const index = tokens.map((text) => {
    const here = start;
    start += text.length + 1;
    return here;
  });
  const offsets = padded(
    words(
      lines.map(([offset]) => offset),
      4,
    ),
  );
  const base = Buffer.alloc(8);
  const middle = [
    padded(words([lines.length], 4)),
    padded(Buffer.concat(names)),
    padded(words(marks, 4)),
    padded(Buffer.from(tokens.map((text) => `${text}\0`).join(""), "latin1")),
    padded(words(index, 2)),
  ];
  return Buffer.concat(order === "6.1" ? [offsets, base, ...middle] : [...middle, offsets, base]);
}

const kernel = testKernel([
  { name: "HYPERVISOR_memory_op", body: [code.ret] },
  { name: "gnttab_map", body: [code.movToW0(7), "HYPERVISOR_memory_op", code.ret] },
  { name: "twice", body: ["HYPERVISOR_memory_op", code.ret] },
]);
const known = kernel.symbols
  .trimEnd()
  .split("\n")
  .map((line) => line.split(" "))
  .map(([address, letter, name]): [number, string] => [
    Number(BigInt(`0x${address}`) & 0xffffffn),
    letter + name,
  ]);
const filler = Array.from({ length: 600 }, (_, i): [number, string] => [
  0x100000 + i,
  `d${`data_${i}`.padEnd(i === 7 ? 200 : 1, "x")}`,
]);
const lines = [...known, ...filler, [0x200000, "Ttwice"] as [number, string]].sort(([a], [b]) => a - b);

function imageWith(order: Order, before = 0): Buffer {
  const head = Buffer.alloc(0x400000);
  kernel.image.copy(head);
  return Buffer.concat([head, Buffer.alloc(8 * before, 0x5a), table(lines, order), Buffer.alloc(64)]);
}

describe("the symbols that an Image carries", () => {
  it.each(["6.1", "6.12"] as const)("are read in the order of Linux %s", (order) => {
    const symbols = imageSymbols(imageWith(order, 3), "Image");
    for (const [offset, text] of known) expect(symbols.addresses.get(text.slice(1))).toBe(BigInt(offset));
    expect(symbols.addresses.has(`data_7${"x".repeat(194)}`)).toBe(true);
    expect([...symbols.ambiguous]).toEqual(["twice"]);
    expect(symbols.arePlaced).toBe(false);
  });

  it("are enough to place probes, but where several functions have one name", () => {
    const image = imageWith("6.12");
    const { sites, leftOut } = probePlacesOf({ image, symbols: imageSymbols(image, "Image"), modules: [] });
    expect(sites.map(({ symbol, offset }) => [symbol, offset])).toEqual([["gnttab_map", 4]]);
    expect(leftOut.map(({ site, why }) => [site.symbol, why])).toEqual([
      ["twice", expect.stringMatching(/several functions have this name: give --symbols/)],
    ]);
  });

  it("that are not there are missed with what to do", () => {
    expect(() => imageSymbols(kernel.image, "Image")).toThrow(
      /Image: the Image carries no symbol table.*give --symbols/,
    );
  });

  it("cost bounded time where they are damaged, and only ever a LabError", () => {
    const whole = table(lines, "6.1");
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, end) => {
        const damaged = Buffer.from(whole);
        damaged[at] = value;
        try {
          imageSymbols(damaged.subarray(0, end), "Image");
        } catch (error) {
          expect(error).toBeInstanceOf(LabError);
        }
      }),
      { numRuns: 100 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bytesOfWords,
  codecOf,
  decodeStruct,
  encodeStruct,
  readField,
  wordsOfBytes,
} from "../src/codec/codec.ts";
import { CodecError } from "../src/codec/codec-error.ts";
import { fieldOf, ModelLookupError } from "../src/model/field-of.ts";
import { loadModel } from "../src/models/load-model.ts";

const abi = loadModel("4.17", "arm64", "tools");

describe("codecOf()", () => {
  test("reads a memory reservation as the guest lays it out", () => {
    const words = [0xffff000012345678n, 2n, 0x0000000300000001n, 0x7ff0n];
    expect(decodeStruct(abi, "struct xen_memory_reservation", bytesOfWords(words))).toEqual({
      extent_start: 0xffff000012345678n,
      nr_extents: 2n,
      extent_order: 1,
      mem_flags: 3,
      domid: 0x7ff0,
    });
  });

  test("reads unions, named inner structs and signed results", () => {
    const bytes = encodeStruct(abi, "struct gnttab_copy", {
      source: { u: { ref: 8 }, domid: 1, offset: 16 },
      dest: { u: { gmfn: 0x12345n }, domid: 0x7ff0, offset: 0 },
      len: 4096,
      flags: 1,
      status: -3,
    });
    const read = decodeStruct(abi, "gnttab_copy_t", bytes);
    expect(read).toMatchObject({
      source: { u: { ref: 8, gmfn: 8n }, domid: 1, offset: 16 },
      len: 4096,
      status: -3,
    });
    expect(read).toMatchObject({ dest: { u: { gmfn: 0x12345n } } });
  });

  test("reads bit fields, also one that crosses a byte", () => {
    const bytes = encodeStruct(abi, "struct buf_ioreq", {
      type: 1,
      pad: 1,
      dir: 0,
      size: 2,
      addr: 0xabcde,
      data: 7,
    });
    expect([...bytes]).toEqual([1, 0b1110_1001, 0xcd, 0xab, 7, 0, 0, 0]);
    expect(decodeStruct(abi, "struct buf_ioreq", bytes)).toEqual({
      type: 1,
      pad: 1,
      dir: 0,
      size: 2,
      addr: 0xabcde,
      data: 7,
    });
  });

  test("a flexible array takes what follows", () => {
    const value = { id: 1, reset: 0, cmd: 0, ring: [1, 2, 3] };
    const key = Object.entries(abi.structs).find(([, s]) => s.fields.at(-1)?.type === "uint16_t[]")![0];
    const codec = codecOf(abi, key);
    const last = abi.structs[key].fields.at(-1)!.path;
    const bytes = codec.encode({ [last]: value.ring });
    expect(bytes).toHaveLength(codec.size + 6);
    expect(codec.decode(bytes)[last]).toEqual([1, 2, 3]);
  });

  test("a flexible array inside of a member takes what follows, too, and of a union's the longest counts", () => {
    const key = "struct fsif_request";
    const newer = loadModel("4.20", "arm64", "tools");
    const bytes = codecOf(newer, key).encode({ u: { fwrite: { fd: 3, grefs: [7, 8, 9] } } });
    expect(bytes).toHaveLength(codecOf(newer, key).size + 12);
    expect(decodeStruct(newer, key, bytes)).toMatchObject({ u: { fwrite: { fd: 3, grefs: [7, 8, 9] } } });
  });

  test("errors name the member and what it holds", () => {
    const encode = (value: Parameters<typeof encodeStruct>[2]) => () =>
      encodeStruct(abi, "struct xen_memory_reservation", value);
    expect(encode({ domid: 0x10000 })).toThrow(
      "struct xen_memory_reservation.domid is 65536; it holds 0 to 65535",
    );
    expect(encode({ domain: 1 })).toThrow(
      "struct xen_memory_reservation.domain is no member; they are extent_start",
    );
    expect(encode({ domid: 1.5 })).toThrow(CodecError);
    expect(encode({ domid: [1] })).toThrow("needs a whole number");
    expect(() => decodeStruct(abi, "struct xen_memory_reservation", new Uint8Array(31))).toThrow(
      "needs 32 bytes at 0, of 31",
    );
    expect(() => codecOf(abi, "struct nothing")).toThrow(ModelLookupError);
  });
});

test("decode(encode(x)) is x, and encode(decode(bytes)) is bytes, for every plain field of every struct", () => {
  const places = Object.entries(abi.structs).flatMap(([name, s]) =>
    s.fields
      .filter(
        (f) => !f.anonymous && f.array === undefined && !f.path.includes("[]") && f.size > 0 && f.size <= 8,
      )
      .filter(
        (f) =>
          !/^(?:struct|union) /.test(f.type) && abi.typedefs[f.type]?.target.startsWith("struct") !== true,
      )
      .map((f) => ({ name, path: f.path, width: f.bitWidth ?? f.size * 8 })),
  );
  expect(places.length).toBeGreaterThan(1_500);
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      fc.bigInt(0n, (1n << 64n) - 1n),
      ({ name, path, width }, seed) => {
        const field = fieldOf(abi, name, path);
        const raw = BigInt.asUintN(width, seed);
        const value = field.signed ? BigInt.asIntN(width, raw) : raw;
        let nested: Parameters<typeof encodeStruct>[2][string] = value;
        for (const part of path.split(".").reverse()) nested = { [part]: nested };
        const bytes = encodeStruct(abi, name, nested as Parameters<typeof encodeStruct>[2]);
        expect(BigInt(readField(abi, name, path, bytes) as number | bigint)).toBe(value);
      },
    ),
    { numRuns: 2_000, seed: 17 },
  );
});

test("words and bytes", () => {
  const words = wordsOfBytes(Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 2]));
  expect([...words]).toEqual([1n, 2n]);
  expect([...bytesOfWords(words)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
});
